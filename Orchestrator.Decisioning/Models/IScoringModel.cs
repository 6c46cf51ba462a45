using Orchestrator.Contracts.Decisions;

namespace Orchestrator.Decisioning.Models;

/// <summary>A model that says of a feature vector how likely it is a fraud, whatever it is made of. Immutable, and shared by threads.</summary>
public interface IScoringModel
{
    /// <summary>Its name and the beginning of its hash, as decisions name it.</summary>
    string Version { get; }

    /// <summary>From which probability on something is done, where the model alone decides.</summary>
    DecisionThresholds Thresholds { get; }

    /// <summary>The score of a vector; its probability is not a number where the model has none for it. Of trees it allocates nothing.</summary>
    ModelScore Score(ReadOnlySpan<float> vector);

    /// <summary>What raised the score most, in sentences, the largest first; empty when the model cannot tell.</summary>
    /// <param name="vector">The vector.</param>
    /// <param name="atMost">The most reasons.</param>
    IReadOnlyList<FraudReason> Reasons(ReadOnlySpan<float> vector, int atMost);
}
