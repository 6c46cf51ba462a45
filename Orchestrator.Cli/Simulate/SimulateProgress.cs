namespace Orchestrator.Cli.Simulate;

/// <summary>How far a run has got. Written by the run, read by whoever shows it.</summary>
public sealed class SimulateProgress
{
    long _accounts;
    long _published;
    long _transactions;
    long _duplicates;
    long _late;
    readonly long[] _byScenario = new long[4];

    /// <summary>What the run is at.</summary>
    public string Phase { get; set; } = "starting";

    /// <summary>How many accounts were sent, and how many there are.</summary>
    public (long Sent, long Total) Accounts => (Interlocked.Read(ref _accounts), AccountsTotal);

    /// <summary>How many messages were sent: transactions and their duplicates.</summary>
    public long Published => Interlocked.Read(ref _published);

    internal long AccountsTotal { get; set; }

    internal void AccountSent() => Interlocked.Increment(ref _accounts);

    internal void Sent(byte scenario, bool isDuplicate, bool isLate)
    {
        Interlocked.Increment(ref _published);
        if (isDuplicate)
        {
            _duplicates++;
            return;
        }
        _transactions++;
        _byScenario[scenario]++;
        if (isLate)
            _late++;
    }

    /// <summary>The result of the run.</summary>
    public SimulateSummary Summary(SimulateOptions options, long failed, TimeSpan elapsed) => new(
        options.Run,
        options.World.Seed,
        Accounts.Sent,
        _transactions,
        _duplicates,
        _late,
        new FraudCounts(_byScenario[1] + _byScenario[2] + _byScenario[3], _byScenario[1], _byScenario[2], _byScenario[3]),
        failed,
        Math.Round(elapsed.TotalSeconds, 3),
        Math.Round(Published / Math.Max(elapsed.TotalSeconds, 0.001), 1));
}

/// <summary>What a run has published.</summary>
/// <param name="Run">Its name.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Accounts">Accounts opened.</param>
/// <param name="Transactions">Different transactions.</param>
/// <param name="Duplicates">Sent a second time.</param>
/// <param name="Late">Sent after later ones.</param>
/// <param name="Frauds">By scenario. No message says so.</param>
/// <param name="Failed">Given up, or not acknowledged when the run ended.</param>
/// <param name="Seconds">How long it took, without the accounts.</param>
/// <param name="PerSecond">Messages a second.</param>
public sealed record SimulateSummary(
    string Run, uint Seed, long Accounts, long Transactions, long Duplicates, long Late, FraudCounts Frauds, long Failed, double Seconds, double PerSecond);

/// <summary>Frauds by the Handbook's scenarios.</summary>
public sealed record FraudCounts(long Total, long HighAmount, long Terminal, long Customer);
