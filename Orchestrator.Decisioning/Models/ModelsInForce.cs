namespace Orchestrator.Decisioning.Models;

/// <summary>The models of one moment: taken once a transaction, so that nothing changes while it is assessed.</summary>
/// <param name="Champion">The one whose score counts; null when there is none.</param>
/// <param name="Challenger">The one that scores beside it, and decides nothing; null when there is none.</param>
public sealed record ModelsInForce(IScoringModel? Champion, IScoringModel? Challenger)
{
    /// <summary>No models: rules decide alone.</summary>
    public static ModelsInForce None { get; } = new(null, null);
}

/// <summary>Tells which models are in force.</summary>
public interface IModelsInForce
{
    /// <summary>What is in force.</summary>
    ModelsInForce Current { get; }

    /// <summary>Done when that was read for the first time.</summary>
    Task Loaded { get; }

    /// <summary>A model by its version, in force or not, to make a decision again; null when there is none, or it does not fit this process.</summary>
    ValueTask<IScoringModel?> FindAsync(string version, CancellationToken cancellationToken);
}
