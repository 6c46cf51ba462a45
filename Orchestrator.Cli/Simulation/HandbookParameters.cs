using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Cli.Simulation;

/// <summary>
/// What the simulator may vary. The defaults are those of the Fraud Detection Handbook, and give its data set to the last cent.
/// </summary>
public sealed record HandbookParameters
{
    /// <summary>The day that the Handbook calls 0, a Sunday, UTC.</summary>
    public static readonly DateTimeOffset DayZero = new(2018, 4, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Seconds of a day.</summary>
    public const int DaySeconds = 86_400;

    /// <summary>0 gives the Handbook's own streams; any other seed gives a world of its own.</summary>
    public uint Seed { get; init; }

    /// <summary>How many customers, 1 to 100,000.</summary>
    public int Customers { get; init; } = 5_000;

    /// <summary>How many terminals, 1 to 100,000.</summary>
    public int Terminals { get; init; } = 10_000;

    /// <summary>How many days; null for no end.</summary>
    public int? Days { get; init; } = 183;

    /// <summary>Customers and terminals lie on a square of this side.</summary>
    public double Side { get; init; } = 100;

    /// <summary>A customer uses the terminals nearer than this.</summary>
    public double Reach { get; init; } = 5;

    /// <summary>The least and the most that a customer's mean amount may be, in units (not cents).</summary>
    public (double Low, double High) MeanAmount { get; init; } = (5, 100);

    /// <summary>The least and the most transactions a day that a customer's profile may have, below 10.</summary>
    public (double Low, double High) DailyRate { get; init; } = (0, 4);

    /// <summary>Scenario 1: every amount above this many minor units is fraud.</summary>
    public long HighAmountMinor { get; init; } = 22_000;

    /// <summary>Scenario 2: how many terminals are newly compromised each day.</summary>
    public int TerminalsCompromisedPerDay { get; init; } = 2;

    /// <summary>Scenario 2: for how many days a compromised terminal gives fraud only.</summary>
    public int TerminalCompromisedDays { get; init; } = 28;

    /// <summary>Scenario 3: how many customers are newly compromised each day.</summary>
    public int CustomersCompromisedPerDay { get; init; } = 3;

    /// <summary>Scenario 3: for how many days some of a compromised customer's transactions are fraud.</summary>
    public int CustomerCompromisedDays { get; init; } = 14;

    /// <summary>Scenario 3: one in this many of those transactions is fraud.</summary>
    public int CustomerFraudOneIn { get; init; } = 3;

    /// <summary>Scenario 3: those amounts are multiplied by this.</summary>
    public int CustomerFraudFactor { get; init; } = 5;

    /// <summary>Throws unless every parameter is in its range.</summary>
    /// <exception cref="ValidationException">One is not; the message names it.</exception>
    public void Validate()
    {
        Require(Customers is >= 1 and <= 100_000, "customers: from 1 to 100000");
        Require(Terminals is >= 1 and <= 100_000, "terminals: from 1 to 100000");
        Require(Days is null or (>= 1 and <= 100_000), "days: from 1 to 100000, or none");
        Require(Side is > 0 and <= 10_000, "side: above 0, at most 10000");
        Require(Reach > 0 && Reach <= Side, "reach: above 0, at most the side");
        Require(MeanAmount is { Low: > 0, High: <= 1_000_000 } && MeanAmount.Low <= MeanAmount.High, "mean amount: a range within 0 to 1000000");
        Require(DailyRate is { Low: >= 0, High: < 10 } && DailyRate.Low <= DailyRate.High, "daily rate: a range within 0 to 10");
        Require(HighAmountMinor > 0, "high amount: above 0");
        Require(TerminalsCompromisedPerDay >= 0 && TerminalsCompromisedPerDay <= Terminals, "compromised terminals: from 0 to the number of terminals");
        Require(CustomersCompromisedPerDay >= 0 && CustomersCompromisedPerDay <= Customers, "compromised customers: from 0 to the number of customers");
        Require(TerminalCompromisedDays is >= 1 and <= 366, "days of a compromised terminal: from 1 to 366");
        Require(CustomerCompromisedDays is >= 1 and <= 366, "days of a compromised customer: from 1 to 366");
        Require(CustomerFraudOneIn >= 1, "share of a compromised customer's frauds: one in 1 or more");
        Require(CustomerFraudFactor is >= 1 and <= 1_000, "factor of a compromised customer's amounts: from 1 to 1000");
    }

    static void Require(bool holds, string what)
    {
        if (!holds)
            throw new ValidationException(what);
    }
}
