namespace Orchestrator.Decisioning.Models;

/// <summary>No models: of a process that keeps none.</summary>
public sealed class NoModels : IModelsInForce
{
    /// <inheritdoc />
    public ModelsInForce Current => ModelsInForce.None;

    /// <inheritdoc />
    public Task Loaded => Task.CompletedTask;

    /// <inheritdoc />
    public ValueTask<IScoringModel?> FindAsync(string version, CancellationToken cancellationToken) => ValueTask.FromResult<IScoringModel?>(null);
}
