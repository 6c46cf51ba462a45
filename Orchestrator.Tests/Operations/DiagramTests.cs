using System.Globalization;
using System.Xml.Linq;
using CsCheck;
using Orchestrator.Api.Sagas.Diagrams;
using Orchestrator.Sagas.Machines;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Tests.Operations;

/// <summary>Pictures of machines: what they show is what the machine does, nothing lies over anything else, and the same picture looks the same.</summary>
public sealed class DiagramTests
{
    static readonly MachineMap Map = MachineMap.Of(new TransactionStateMachine(new TransactionSagaOptions()));

    static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Map_when_it_is_read_off_the_machine_knows_states_ends_and_what_leads_where()
    {
        Assert.True(Map.States[0].IsInitial);
        Assert.Contains(new MachineTransition("Initial", "Submitted", "Assessing"), Map.Transitions);
        Assert.Contains(new MachineTransition("Assessing", "Assessed", "Declined"), Map.Transitions);
        Assert.Contains(new MachineTransition("Held", "Reviewed", "Posting"), Map.Transitions);
        Assert.Contains("Releasing", Map.Next("Held", MachineMap.Deadline));
        Assert.DoesNotContain(Map.Transitions, t => t.From == t.To);
        string[] ends = ["Declined", "Compensated", "Voided"];
        Assert.Superset(ends.ToHashSet(StringComparer.Ordinal), Map.States.Where(s => s.IsEnd).Select(s => s.Name).ToHashSet(StringComparer.Ordinal));
    }

    [Fact]
    public void Svg_when_it_is_drawn_has_every_state_and_arrow_and_marks_where_the_saga_is_and_was()
    {
        var drawing = new MachineDrawing("Held", "It is held.", Map, "Held", ["Initial", "Assessing", "Holding", "Held"]);

        var svg = XDocument.Parse(SvgDiagram.Draw(drawing)).Root!;

        Assert.Equal("img", svg.Attribute("role")!.Value);
        Assert.Equal(("Held", "It is held."), (svg.Element(Svg + "title")!.Value, svg.Element(Svg + "desc")!.Value));
        Assert.Equal(Map.States.Count - 1, svg.Descendants(Svg + "rect").Count(r => r.Attribute("class")!.Value == "state"));
        Assert.Equal(drawing.Arrows.Count, svg.Descendants(Svg + "path").Count(p => p.Attribute("class")?.Value == "way"));
        Assert.Equal("held", Group(svg, "current").Single(g => g.Element(Svg + "rect") is not null).Element(Svg + "text")!.Value);
        Assert.Equal(3, Group(svg, "taken").Count(g => g.Element(Svg + "path") is not null));
        Assert.Contains("prefers-color-scheme: dark", svg.Element(Svg + "style")!.Value, StringComparison.Ordinal);
        Assert.Empty(svg.Descendants(Svg + "script"));
        Assert.Equal(SvgDiagram.Draw(drawing), SvgDiagram.Draw(drawing with { }));
    }

    [Fact]
    public void Svg_when_a_text_has_signs_of_its_own_escapes_them()
    {
        var drawing = new MachineDrawing("<script>\"&'\u0001", "]]>", Map, null, []);

        var svg = XDocument.Parse(SvgDiagram.Draw(drawing)).Root!;

        Assert.Equal("<script>\"&'", svg.Element(Svg + "title")!.Value);
        Assert.Equal("]]>", svg.Element(Svg + "desc")!.Value);
    }

    [Fact]
    public void Mermaid_when_it_is_written_has_every_arrow_and_the_state()
    {
        var text = MermaidDiagram.Draw(new MachineDrawing("Held: now", "", Map, "Held", ["Initial", "Assessing", "Holding", "Held"]));

        Assert.StartsWith("---\ntitle: Held now\n---\nstateDiagram-v2\n", text, StringComparison.Ordinal);
        Assert.Contains("    [*] --> Assessing: Submitted\n", text, StringComparison.Ordinal);
        Assert.Contains("    class Held current\n", text, StringComparison.Ordinal);
        Assert.Contains("    class Holding taken\n", text, StringComparison.Ordinal);
        Assert.Contains("    Declined --> [*]\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Layout_of_any_graph_lays_nothing_over_anything_and_leads_every_arrow_from_its_box_to_its_box() =>
        Graphs.Sample(
            graph =>
            {
                var layout = LayeredLayout.Of(graph.Nodes, graph.Edges);
                var boxes = layout.Nodes.Select(n => Box(n.Centre, n.Node.Width, n.Node.Height))
                    .Concat(layout.Edges.Select(e => Box(e.Label, e.Edge.LabelWidth, e.Edge.LabelHeight))).ToList();
                for (var i = 0; i < boxes.Count; i++)
                {
                    Assert.InRange(boxes[i].Left, 0, layout.Width);
                    Assert.InRange(boxes[i].Right, 0, layout.Width);
                    Assert.InRange(boxes[i].Bottom, 0, layout.Height);
                    for (var j = i + 1; j < boxes.Count; j++)
                        Assert.False(Overlap(boxes[i], boxes[j]), string.Create(CultureInfo.InvariantCulture, $"{boxes[i]} lies over {boxes[j]}"));
                }
                foreach (var edge in layout.Edges)
                {
                    Assert.True(Touches(layout, edge.Edge.From, edge.Points[0]));
                    Assert.True(Touches(layout, edge.Edge.To, edge.Points[^1]));
                    Assert.Contains(edge.Label, edge.Points);
                }
            },
            iter: 300);

    static readonly Gen<(LayoutNode[] Nodes, LayoutEdge[] Edges)> Graphs =
        from count in Gen.Int[1, 14]
        from pairs in Gen.Select(Gen.Int[0, 13], Gen.Int[0, 13]).Array[0, 30]
        select (
            Enumerable.Range(0, count).Select(i => new LayoutNode($"n{i}", 30 + (i * 7), 30)).ToArray(),
            pairs.Where(p => p.Item1 != p.Item2 && p.Item1 < count && p.Item2 < count).Distinct()
                .Select((p, i) => new LayoutEdge($"n{p.Item1}", $"n{p.Item2}", 20 + (i * 5), 14)).ToArray());

    static IEnumerable<XElement> Group(XElement svg, string look) => svg.Elements(Svg + "g").Where(g => g.Attribute("class")?.Value == look);

    static (double Left, double Top, double Right, double Bottom) Box(Spot centre, double width, double height) =>
        (centre.X - (width / 2), centre.Y - (height / 2), centre.X + (width / 2), centre.Y + (height / 2));

    static bool Overlap((double Left, double Top, double Right, double Bottom) a, (double Left, double Top, double Right, double Bottom) b) =>
        a.Left < b.Right - 0.01 && b.Left < a.Right - 0.01 && a.Top < b.Bottom - 0.01 && b.Top < a.Bottom - 0.01;

    static bool Touches(Layout layout, string id, Spot spot)
    {
        var (node, centre) = layout.Nodes.Single(n => n.Node.Id == id);
        return Math.Abs(Math.Abs(spot.Y - centre.Y) - (node.Height / 2)) < 0.01 && Math.Abs(spot.X - centre.X) <= (node.Width / 2) + 0.01;
    }
}
