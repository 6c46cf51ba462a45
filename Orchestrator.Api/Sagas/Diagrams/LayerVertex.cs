namespace Orchestrator.Api.Sagas.Diagrams;

/// <summary>Something that takes room in a layer: a box, the label of an arrow, or an arrow that passes through.</summary>
sealed class LayerVertex(int layer, double width, double height, double weight)
{
    public int Layer => layer;

    public double Width => width;

    public double Height => height;

    /// <summary>How much it insists on standing straight below what is above it.</summary>
    public double Weight => weight;

    /// <summary>What it is joined to in the layer above.</summary>
    public List<LayerVertex> Above { get; } = [];

    /// <summary>What it is joined to in the layer below.</summary>
    public List<LayerVertex> Below { get; } = [];

    /// <summary>Its place in its layer, from the left.</summary>
    public int Order { get; set; }

    public double X { get; set; }

    public double Y { get; set; }
}
