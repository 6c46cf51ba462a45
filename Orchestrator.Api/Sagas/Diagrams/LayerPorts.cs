namespace Orchestrator.Api.Sagas.Diagrams;

/// <summary>Where arrows leave and reach their boxes: side by side along the edge, in the order in which they come.</summary>
sealed class LayerPorts
{
    const double Apart = 14;

    readonly Dictionary<(LayerVertex Box, LayerVertex Neighbour), double> _at = [];

    public LayerPorts(IReadOnlyList<LayerChain> chains)
    {
        foreach (var box in chains.SelectMany(c => new[] { c.Upper, c.Lower }).Distinct())
        {
            Spread(box, box.Below);
            Spread(box, box.Above);
        }
    }

    /// <summary>The way of an arrow, from its beginning to its point.</summary>
    public IReadOnlyList<Spot> Points(LayerChain chain)
    {
        var points = new List<Spot> { new(_at[(chain.Upper, chain.Passing[0])], chain.Upper.Y + (chain.Upper.Height / 2)) };
        points.AddRange(chain.Passing.Select(p => new Spot(p.X, p.Y)));
        points.Add(new Spot(_at[(chain.Lower, chain.Passing[^1])], chain.Lower.Y - (chain.Lower.Height / 2)));
        if (chain.Turned)
            points.Reverse();
        return points;
    }

    void Spread(LayerVertex box, List<LayerVertex> neighbours)
    {
        var sorted = neighbours.OrderBy(n => n.X).ToList();
        var apart = sorted.Count < 2 ? 0 : Math.Min(Apart, (box.Width - Apart) / (sorted.Count - 1));
        for (var i = 0; i < sorted.Count; i++)
            _at[(box, sorted[i])] = box.X + ((i - ((sorted.Count - 1) / 2.0)) * apart);
    }
}
