namespace Orchestrator.Api.Sagas.Diagrams;

/// <summary>Where things stand in their layers, left to right: each as near as can be to the middle of its neighbours, and none over another.</summary>
static class LayerPlaces
{
    const int Rounds = 60;
    const double Gap = 14;

    /// <summary>Places the layers; the leftmost stands at the margin.</summary>
    public static void Arrange(List<List<LayerVertex>> layers, double margin)
    {
        foreach (var layer in layers)
            Place(layer, v => v.X);
        for (var round = 0; round < Rounds; round++)
        {
            if (round % 2 == 0)
            {
                for (var i = 1; i < layers.Count; i++)
                    Place(layers[i], v => Middle(v, v.Above));
            }
            else
            {
                for (var i = layers.Count - 2; i >= 0; i--)
                    Place(layers[i], v => Middle(v, v.Below));
            }
        }
        var left = layers.SelectMany(l => l).Min(v => v.X - (v.Width / 2));
        foreach (var vertex in layers.SelectMany(l => l))
            vertex.X += margin - left;
    }

    // Near arrows that pass through, boxes give way: long arrows stay straight.
    static double Middle(LayerVertex vertex, List<LayerVertex> neighbours) =>
        neighbours.Count == 0 ? vertex.X : neighbours.Sum(n => n.X * n.Weight) / neighbours.Sum(n => n.Weight);

    // The order and the gaps are given, so the places nearest to what is wanted come from pooling neighbours that would overlap.
    static void Place(List<LayerVertex> layer, Func<LayerVertex, double> wanted)
    {
        var offsets = new double[layer.Count];
        for (var i = 1; i < layer.Count; i++)
            offsets[i] = offsets[i - 1] + (layer[i - 1].Width / 2) + Gap + (layer[i].Width / 2);
        var pools = new List<(double Sum, double Weight, int Count)>();
        for (var i = 0; i < layer.Count; i++)
        {
            var weight = layer[i].Weight;
            (double Sum, double Weight, int Count) pool = ((wanted(layer[i]) - offsets[i]) * weight, weight, 1);
            while (pools.Count > 0 && pools[^1].Sum / pools[^1].Weight > pool.Sum / pool.Weight)
            {
                pool = (pool.Sum + pools[^1].Sum, pool.Weight + pools[^1].Weight, pool.Count + pools[^1].Count);
                pools.RemoveAt(pools.Count - 1);
            }
            pools.Add(pool);
        }
        var at = 0;
        foreach (var (sum, weight, count) in pools)
        {
            for (var i = 0; i < count; i++, at++)
                layer[at].X = (sum / weight) + offsets[at];
        }
    }
}
