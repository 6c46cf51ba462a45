namespace Orchestrator.Api.Sagas.Diagrams;

/// <summary>
/// Places boxes in layers from top to bottom, so that arrows lead down where they can, cross seldom, and have room for their labels: every arrow's label takes
/// its place in a layer as a box does. The same picture gets the same places, always.
/// </summary>
static class LayeredLayout
{
    const double Margin = 24;
    const double LayerGap = 16;
    const double PassingWidth = 10;

    /// <summary>Places them.</summary>
    /// <param name="nodes">The boxes; the first is where everything begins.</param>
    /// <param name="edges">The arrows between them; none from a box to itself.</param>
    public static Layout Of(IReadOnlyList<LayoutNode> nodes, IReadOnlyList<LayoutEdge> edges)
    {
        var turned = Turned(nodes, edges);
        var depth = Depths(nodes, edges, turned);
        // Boxes stand in every second layer: between two there is always one for labels.
        var boxes = nodes.ToDictionary(n => n.Id, n => new LayerVertex(depth[n.Id] * 2, n.Width, n.Height, weight: 1), StringComparer.Ordinal);
        var chains = edges.Select((e, i) => Chain(e, turned.Contains(i), boxes)).ToList();
        var layers = Layers(boxes.Values.Concat(chains.SelectMany(c => c.Passing)));
        LayerOrder.Arrange(layers);
        LayerPlaces.Arrange(layers, Margin);
        var height = Down(layers);
        var ports = new LayerPorts(chains);
        return new Layout(
            layers.SelectMany(l => l).Max(v => v.X + (v.Width / 2)) + Margin,
            height,
            [.. nodes.Select(n => new PlacedNode(n, new Spot(boxes[n.Id].X, boxes[n.Id].Y)))],
            [.. chains.Select((c, i) => new PlacedEdge(edges[i], ports.Points(c), new Spot(c.Label.X, c.Label.Y)))]);
    }

    // Arrows that would lead back to where one came from are laid as if they led the other way.
    static HashSet<int> Turned(IReadOnlyList<LayoutNode> nodes, IReadOnlyList<LayoutEdge> edges)
    {
        var turned = new HashSet<int>();
        var (open, done) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var node in nodes)
            Visit(node.Id);
        return turned;

        void Visit(string id)
        {
            if (!done.Add(id))
                return;
            open.Add(id);
            for (var i = 0; i < edges.Count; i++)
            {
                if (edges[i].From != id)
                    continue;
                if (open.Contains(edges[i].To))
                    turned.Add(i);
                else
                    Visit(edges[i].To);
            }
            open.Remove(id);
        }
    }

    // As deep as the longest way to it; where nothing leads on, all the way down.
    static Dictionary<string, int> Depths(IReadOnlyList<LayoutNode> nodes, IReadOnlyList<LayoutEdge> edges, HashSet<int> turned)
    {
        var depth = nodes.ToDictionary(n => n.Id, _ => 0, StringComparer.Ordinal);
        for (var round = 0; round < nodes.Count; round++)
        {
            for (var i = 0; i < edges.Count; i++)
            {
                var (from, to) = turned.Contains(i) ? (edges[i].To, edges[i].From) : (edges[i].From, edges[i].To);
                depth[to] = Math.Max(depth[to], depth[from] + 1);
            }
        }
        var deepest = depth.Values.Max();
        foreach (var node in nodes.Where(n => edges.All(e => e.From != n.Id) && edges.Any(e => e.To == n.Id)))
            depth[node.Id] = deepest;
        return depth;
    }

    static LayerChain Chain(LayoutEdge edge, bool turned, Dictionary<string, LayerVertex> boxes)
    {
        var (from, to) = (boxes[edge.From], boxes[edge.To]);
        var (upper, lower) = turned ? (to, from) : (from, to);
        var labelled = turned ? lower.Layer - 1 : upper.Layer + 1;
        var passing = new List<LayerVertex>();
        LayerVertex? label = null;
        var last = upper;
        for (var layer = upper.Layer + 1; layer < lower.Layer; layer++)
        {
            var here = layer == labelled
                ? label = new LayerVertex(layer, edge.LabelWidth, edge.LabelHeight, weight: 3)
                : new LayerVertex(layer, PassingWidth, 0, weight: 8);
            Join(last, here);
            passing.Add(here);
            last = here;
        }
        Join(last, lower);
        return new LayerChain(upper, lower, passing, label!, turned);
    }

    static void Join(LayerVertex above, LayerVertex below)
    {
        above.Below.Add(below);
        below.Above.Add(above);
    }

    static List<List<LayerVertex>> Layers(IEnumerable<LayerVertex> vertices)
    {
        var layers = new List<List<LayerVertex>>();
        foreach (var vertex in vertices)
        {
            while (layers.Count <= vertex.Layer)
                layers.Add([]);
            vertex.Order = layers[vertex.Layer].Count;
            layers[vertex.Layer].Add(vertex);
        }
        return layers;
    }

    static double Down(List<List<LayerVertex>> layers)
    {
        var y = Margin;
        foreach (var layer in layers)
        {
            var height = layer.Count == 0 ? 0 : layer.Max(v => v.Height);
            foreach (var vertex in layer)
                vertex.Y = y + (height / 2);
            y += height + LayerGap;
        }
        return y - LayerGap + Margin;
    }
}

/// <summary>An arrow on its way through the layers, from above to below.</summary>
/// <param name="Upper">The box above.</param>
/// <param name="Lower">The box below.</param>
/// <param name="Passing">Where it passes, from above to below; one of them is its label.</param>
/// <param name="Label">Its label.</param>
/// <param name="Turned">Whether it leads from below to above.</param>
sealed record LayerChain(LayerVertex Upper, LayerVertex Lower, IReadOnlyList<LayerVertex> Passing, LayerVertex Label, bool Turned);
