using Orchestrator.Benchmarks.Activity;

namespace Orchestrator.Benchmarks.Scenarios;

/// <summary>Every scenario.</summary>
static class ScenarioCatalog
{
    public static IReadOnlyList<IScenario> All { get; } =
    [
        new SagaScenario(), new TransferScenario(), new LatencyScenario(), new SoakScenario(), new LedgerScenario(), new RulesScenario(),
        new DecisionEngineScenario(), new FraudQualityScenario(), new DecisionStreamScenario(), new DecisionHttpScenario(), new CaseworkScenario(), new ActivityScenario(),
        new PartsScenario(),
    ];

    public static IScenario? Find(string name) => All.FirstOrDefault(s => s.Name == name);
}
