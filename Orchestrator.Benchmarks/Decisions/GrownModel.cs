using Orchestrator.Benchmarks.Handbook;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;

namespace Orchestrator.Benchmarks.Decisions;

/// <summary>A champion of 200 trees that was grown a moment ago, so that a decision costs what it costs with a model.</summary>
sealed class GrownModel(FeaturePlan plan) : IModelsInForce
{
    public ModelsInForce Current { get; } = new(new TreeScoringModel("grown-00000000", DecisionWork.Model(plan), plan), Challenger: null);

    public Task Loaded => Task.CompletedTask;

    public ValueTask<IScoringModel?> FindAsync(string version, CancellationToken cancellationToken) =>
        ValueTask.FromResult(version == Current.Champion?.Version ? Current.Champion : null);
}
