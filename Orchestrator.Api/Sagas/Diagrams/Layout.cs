using System.Runtime.InteropServices;

namespace Orchestrator.Api.Sagas.Diagrams;

/// <summary>A box to be placed.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Width">Its width.</param>
/// <param name="Height">Its height.</param>
sealed record LayoutNode(string Id, double Width, double Height);

/// <summary>An arrow to be placed, with its label.</summary>
/// <param name="From">From this box.</param>
/// <param name="To">To that one.</param>
/// <param name="LabelWidth">The label's width.</param>
/// <param name="LabelHeight">The label's height.</param>
sealed record LayoutEdge(string From, string To, double LabelWidth, double LabelHeight);

/// <summary>A place.</summary>
[StructLayout(LayoutKind.Auto)]
readonly record struct Spot(double X, double Y);

/// <summary>A box in its place.</summary>
/// <param name="Node">The box.</param>
/// <param name="Centre">Its middle.</param>
sealed record PlacedNode(LayoutNode Node, Spot Centre);

/// <summary>An arrow in its place.</summary>
/// <param name="Edge">The arrow.</param>
/// <param name="Points">Where it goes through, from its beginning to its point.</param>
/// <param name="Label">The middle of its label.</param>
sealed record PlacedEdge(LayoutEdge Edge, IReadOnlyList<Spot> Points, Spot Label);

/// <summary>A picture's places.</summary>
/// <param name="Width">How wide it is.</param>
/// <param name="Height">How high it is.</param>
/// <param name="Nodes">The boxes, in the order in which they were given.</param>
/// <param name="Edges">The arrows, in the order in which they were given.</param>
sealed record Layout(double Width, double Height, IReadOnlyList<PlacedNode> Nodes, IReadOnlyList<PlacedEdge> Edges);
