using System.Runtime.InteropServices;
using Orchestrator.Decisioning.Features;

namespace Orchestrator.Decisioning.Training;

/// <summary>A transaction of the past, and what became of it.</summary>
/// <param name="Event">The transaction.</param>
/// <param name="IsFraud">Whether it was a fraud.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LabelledEvent(FeatureEvent Event, bool IsFraud);
