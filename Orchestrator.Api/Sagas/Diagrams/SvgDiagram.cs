using System.Globalization;
using System.Net;
using System.Text;

namespace Orchestrator.Api.Sagas.Diagrams;

/// <summary>A machine as a picture that stands alone: light or dark as its reader has it, with its words as text.</summary>
static class SvgDiagram
{
    const double StateHeight = 34;
    const double LineHeight = 14;
    const double StateLetter = 7.6;
    const double EventLetter = 6.3;
    const double InitialSize = 18;

    const string Styles = """
        svg { font: 13px system-ui, sans-serif; background: #ffffff }
        .state { fill: #f3f5f9; stroke: #5a6478; stroke-width: 1.2 }
        .end { fill: none; stroke: #5a6478; stroke-width: 1 }
        .initial { fill: #5a6478 }
        .name { fill: #182033; text-anchor: middle }
        .way { fill: none; stroke: #8a93a6; stroke-width: 1.2 }
        .head { fill: #8a93a6 }
        .on { fill: #3d475b; font-size: 11px; text-anchor: middle; paint-order: stroke; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round }
        .taken .state { fill: #dbe9ff; stroke: #0b57c9; stroke-width: 1.8 }
        .taken .way { stroke: #0b57c9; stroke-width: 2.6 }
        .taken .on { fill: #0b57c9; font-weight: 600 }
        .taken .initial, .takenhead { fill: #0b57c9 }
        .current .state { fill: #ffd666; stroke: #7a4b00; stroke-width: 2.8 }
        .current .name { fill: #2b1a00; font-weight: 700 }
        @media (prefers-color-scheme: dark) {
        svg { background: #12161f }
        .state { fill: #1f2635; stroke: #8c97ad }
        .end { stroke: #8c97ad }
        .initial { fill: #8c97ad }
        .name { fill: #e8ecf5 }
        .way { stroke: #6d778c }
        .head { fill: #6d778c }
        .on { fill: #b9c2d4; stroke: #12161f }
        .taken .state { fill: #16325f; stroke: #7fb2ff }
        .taken .way { stroke: #7fb2ff }
        .taken .on { fill: #9cc4ff }
        .taken .initial, .takenhead { fill: #7fb2ff }
        .current .state { fill: #d9a520; stroke: #ffe3a0 }
        .current .name { fill: #1d1300 }
        }
        """;

    /// <summary>Draws it.</summary>
    public static string Draw(MachineDrawing drawing)
    {
        var arrows = drawing.Arrows;
        var initial = drawing.Map.States.Where(s => s.IsInitial).Select(s => s.Name).FirstOrDefault();
        var layout = LayeredLayout.Of(
            [.. drawing.Map.States.Select(s => s.IsInitial ? new LayoutNode(s.Name, InitialSize, InitialSize) : new LayoutNode(s.Name, (MachineDrawing.Label(s.Name).Length * StateLetter) + 28, StateHeight))],
            [.. arrows.Select(a => new LayoutEdge(a.From, a.To, (a.On.Max(o => o.Length) * EventLetter) + 8, (a.On.Count * LineHeight) + 2))]);
        var svg = new StringBuilder();
        svg.Append(Culture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Number(layout.Width)} {Number(layout.Height)}\" width=\"{Number(layout.Width)}\" height=\"{Number(layout.Height)}\" role=\"img\" aria-labelledby=\"title desc\">\n");
        svg.Append("<title id=\"title\">").Append(Text(drawing.Title)).Append("</title>\n<desc id=\"desc\">").Append(Text(drawing.Description)).Append("</desc>\n");
        svg.Append("<style>\n").Append(Styles).Append("\n</style>\n<defs>\n");
        Head(svg, "head");
        Head(svg, "takenhead");
        svg.Append("</defs>\n");
        // What was taken is drawn over the rest, and labels over all ways.
        foreach (var i in Enumerable.Range(0, arrows.Count).OrderBy(i => arrows[i].Taken))
            Way(svg, layout.Edges[i], arrows[i].Taken);
        for (var i = 0; i < arrows.Count; i++)
            Labels(svg, layout.Edges[i].Label, arrows[i]);
        foreach (var placed in layout.Nodes)
            State(svg, placed, drawing, initial);
        return svg.Append("</svg>\n").ToString();
    }

    static void Head(StringBuilder svg, string name) => svg.Append(
        Culture, $"<marker id=\"{name}\" class=\"{name}\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"9\" markerHeight=\"9\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 1 L10 5 L0 9 z\"/></marker>\n");

    static void Way(StringBuilder svg, PlacedEdge placed, bool taken)
    {
        var points = placed.Points;
        svg.Append(Culture, $"<g{(taken ? " class=\"taken\"" : "")}><path class=\"way\" marker-end=\"url(#{(taken ? "takenhead" : "head")})\" d=\"M{Number(points[0].X)} {Number(points[0].Y)}");
        for (var i = 1; i < points.Count; i++)
        {
            var (from, to) = (points[i - 1], points[i]);
            var bend = (to.Y - from.Y) / 2;
            svg.Append(Culture, $" C{Number(from.X)} {Number(from.Y + bend)} {Number(to.X)} {Number(to.Y - bend)} {Number(to.X)} {Number(to.Y)}");
        }
        svg.Append("\"/></g>\n");
    }

    static void Labels(StringBuilder svg, Spot middle, MachineArrow arrow)
    {
        svg.Append(Culture, $"<g{(arrow.Taken ? " class=\"taken\"" : "")}>");
        for (var line = 0; line < arrow.On.Count; line++)
            svg.Append(Culture, $"<text class=\"on\" dy=\".35em\" x=\"{Number(middle.X)}\" y=\"{Number(middle.Y + ((line - ((arrow.On.Count - 1) / 2.0)) * LineHeight))}\">{Text(arrow.On[line])}</text>");
        svg.Append("</g>\n");
    }

    static void State(StringBuilder svg, PlacedNode placed, MachineDrawing drawing, string? initial)
    {
        var (node, (x, y)) = (placed.Node, placed.Centre);
        var look = node.Id == drawing.Current ? "current" : drawing.Path.Contains(node.Id, StringComparer.Ordinal) ? "taken" : "";
        svg.Append(Culture, $"<g{(look.Length == 0 ? "" : $" class=\"{look}\"")}>");
        if (node.Id == initial)
        {
            svg.Append(Culture, $"<circle class=\"initial\" cx=\"{Number(x)}\" cy=\"{Number(y)}\" r=\"{Number(InitialSize / 2)}\"/></g>\n");
            return;
        }
        var (left, top) = (x - (node.Width / 2), y - (node.Height / 2));
        svg.Append(Culture, $"<rect class=\"state\" x=\"{Number(left)}\" y=\"{Number(top)}\" width=\"{Number(node.Width)}\" height=\"{Number(node.Height)}\" rx=\"8\"/>");
        if (drawing.Map.States.Any(s => s.IsEnd && s.Name == node.Id))
            svg.Append(Culture, $"<rect class=\"end\" x=\"{Number(left + 3)}\" y=\"{Number(top + 3)}\" width=\"{Number(node.Width - 6)}\" height=\"{Number(node.Height - 6)}\" rx=\"6\"/>");
        svg.Append(Culture, $"<text class=\"name\" dy=\".35em\" x=\"{Number(x)}\" y=\"{Number(y)}\">{Text(MachineDrawing.Label(node.Id))}</text></g>\n");
    }

    static CultureInfo Culture => CultureInfo.InvariantCulture;

    static string Number(double value) => Math.Round(value, 1).ToString(Culture);

    // As text in XML: its own signs escaped, and none that it cannot hold.
    static string Text(string text) => WebUtility.HtmlEncode(string.Concat(text.Where(c => !char.IsControl(c) && !char.IsSurrogate(c) && c < 0xFFFE)));
}
