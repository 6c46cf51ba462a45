using Orchestrator.Benchmarks.Running;

namespace Orchestrator.Benchmarks.Scenarios;

/// <summary>Something that is measured.</summary>
interface IScenario
{
    string Name { get; }

    /// <summary>One line for <c>--list</c>.</summary>
    string Summary { get; }

    /// <summary>What <see cref="RunFigures.Value"/> counts.</summary>
    string Unit { get; }

    bool LessIsBetter => false;

    /// <summary>How often it is run unless --runs says.</summary>
    int DefaultRuns => 3;

    /// <summary>What the value has to reach; null when there is no such figure.</summary>
    double? Must => null;

    /// <summary>What a reader needs to judge the figures: sizes, limits, durability.</summary>
    IReadOnlyDictionary<string, object?> Settings(BenchArguments arguments);

    /// <summary>Measures once, on servers of its own that are gone when it returns.</summary>
    /// <exception cref="BenchFailedException">The run did not do what it had to.</exception>
    Task<RunFigures> RunAsync(RunContext context);
}
