using System.Buffers.Binary;
using Orchestrator.Decisioning.Features;

namespace Orchestrator.Decisioning.Backtests;

/// <summary>
/// What others had supplied when a past transaction was decided. Nobody can work that out again from transactions, but it is frozen in the vector that was kept with the
/// decision; where none was kept, or one without these features, it is missing.
/// </summary>
/// <param name="plan">The features that are computed now.</param>
sealed class SuppliedThen(FeaturePlan plan)
{
    readonly float[] _values = new float[plan.Supplied.Length];

    /// <summary>The values, see <see cref="FeatureEngine.Observe"/>. They hold until the next call.</summary>
    public ReadOnlySpan<float> Of(PastDecision? live)
    {
        if (live is not { Features: { } kept, FeatureSchema: { } schema } || plan.Schema.LengthOf(schema) is not (> 0 and var length) || kept.Length != length * sizeof(float))
            return [];
        foreach (ref readonly var step in plan.Supplied.AsSpan())
            _values[step.At] = step.Output < length ? BinaryPrimitives.ReadSingleLittleEndian(kept.AsSpan(step.Output * sizeof(float))) : FeatureDefinition.Missing;
        return _values;
    }
}
