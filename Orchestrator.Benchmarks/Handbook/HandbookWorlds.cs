using Orchestrator.Cli.Simulation;

namespace Orchestrator.Benchmarks.Handbook;

/// <summary>The Handbook's world, and three in which frauds look otherwise: what was learnt must be learnt there too, by the same code and numbers.</summary>
static class HandbookWorlds
{
    public static IReadOnlyList<(string Name, HandbookParameters Parameters)> All { get; } =
    [
        ("handbook", new()),
        ("higher_limit_smaller_factor", new() { Seed = 7, HighAmountMinor = 30_000, TerminalCompromisedDays = 21, CustomerFraudFactor = 3 }),
        ("short_outbreaks", new() { Seed = 11, TerminalsCompromisedPerDay = 4, TerminalCompromisedDays = 16, CustomerFraudFactor = 8, CustomerCompromisedDays = 10 }),
        ("long_outbreaks", new() { Seed = 23, HighAmountMinor = 18_000, TerminalCompromisedDays = 42, CustomerFraudOneIn = 2, CustomerFraudFactor = 4 }),
    ];
}
