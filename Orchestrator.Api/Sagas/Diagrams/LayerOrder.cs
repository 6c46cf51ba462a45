namespace Orchestrator.Api.Sagas.Diagrams;

/// <summary>In which order things stand in their layers, so that arrows cross seldom: each where the middle of its neighbours is, again and again, and the best of all counts.</summary>
static class LayerOrder
{
    const int Rounds = 40;

    /// <summary>Orders the layers in their place.</summary>
    public static void Arrange(List<List<LayerVertex>> layers)
    {
        var best = Snapshot(layers);
        var fewest = Crossings(layers);
        for (var round = 0; round < Rounds && fewest > 0; round++)
        {
            if (round % 2 == 0)
            {
                for (var i = 1; i < layers.Count; i++)
                    Sort(layers[i], v => v.Above);
            }
            else
            {
                for (var i = layers.Count - 2; i >= 0; i--)
                    Sort(layers[i], v => v.Below);
            }
            if (Crossings(layers) is var crossings && crossings < fewest)
                (best, fewest) = (Snapshot(layers), crossings);
        }
        for (var i = 0; i < layers.Count; i++)
        {
            layers[i].Clear();
            layers[i].AddRange(best[i]);
            Number(layers[i]);
        }
    }

    // Sorting is stable, and what has no neighbours there stays where it is.
    static void Sort(List<LayerVertex> layer, Func<LayerVertex, List<LayerVertex>> neighbours)
    {
        var sorted = layer.OrderBy(v => neighbours(v) is { Count: > 0 } near ? near.Average(n => Share(n)) : Share(v)).ToList();
        layer.Clear();
        layer.AddRange(sorted);
        Number(layer);

        static double Share(LayerVertex v) => v.Order;
    }

    static void Number(List<LayerVertex> layer)
    {
        for (var i = 0; i < layer.Count; i++)
            layer[i].Order = i;
    }

    static List<List<LayerVertex>> Snapshot(List<List<LayerVertex>> layers) => layers.ConvertAll(l => l.ToList());

    static int Crossings(List<List<LayerVertex>> layers)
    {
        var crossings = 0;
        foreach (var layer in layers)
        {
            var joins = layer.SelectMany(v => v.Below.Select(b => (Upper: v.Order, Lower: b.Order))).ToList();
            for (var i = 0; i < joins.Count; i++)
            {
                for (var j = i + 1; j < joins.Count; j++)
                {
                    if ((joins[i].Upper - joins[j].Upper) * (joins[i].Lower - joins[j].Lower) < 0)
                        crossings++;
                }
            }
        }
        return crossings;
    }
}
