using Orchestrator.Contracts.Decisions;

namespace Orchestrator.Decisioning.Models.Comparing;

/// <summary>What decided beside what was on trial.</summary>
/// <param name="Rules">The rules that decided.</param>
/// <param name="Model">The model whose score counted; absent when none did.</param>
/// <param name="Shadow">What was on trial, as decisions name it: rules, a model, or both.</param>
/// <param name="Decisions">How many transactions both assessed.</param>
/// <param name="Same">Of how many they say the same.</param>
/// <param name="Outcomes">How many by what was decided and what would have been.</param>
/// <param name="Labelled">Of how many it is known, or assumed, what they were.</param>
/// <param name="Frauds">How many of those were frauds.</param>
/// <param name="Live">How what decided did on them; absent when nothing is known.</param>
/// <param name="OnTrial">How what was on trial would have done on them; absent when nothing is known.</param>
public sealed record ShadowComparison(
    string Rules, string? Model, string Shadow, long Decisions, long Same, IReadOnlyList<OutcomeCount> Outcomes, long Labelled, long Frauds,
    DecisionQuality? Live, DecisionQuality? OnTrial)
{
    /// <summary>The most pairs of versions that are compared: those with the most decisions.</summary>
    public const int MaxPairs = 20;

    /// <summary>Compares by pairs of versions, those with the most decisions first.</summary>
    /// <param name="counts">The counts.</param>
    /// <param name="assumeGenuine">Whether a transaction without a label counts as genuine: so it is where labels are of frauds alone, and old enough to be there.</param>
    public static IReadOnlyList<ShadowComparison> Of(IEnumerable<ShadowCount> counts, bool assumeGenuine) =>
    [
        .. counts.Select(c => assumeGenuine ? c with { IsFraud = c.IsFraud ?? false } : c)
            .GroupBy(c => (c.Rules, c.Model, c.Shadow))
            .Select(g => Of(g.Key, [.. g]))
            .OrderByDescending(c => c.Decisions).ThenBy(c => c.Rules, StringComparer.Ordinal).ThenBy(c => c.Model, StringComparer.Ordinal)
            .ThenBy(c => c.Shadow, StringComparer.Ordinal)
            .Take(MaxPairs),
    ];

    static ShadowComparison Of((string Rules, string? Model, string Shadow) versions, List<ShadowCount> counts)
    {
        var labelled = counts.FindAll(c => c.IsFraud is not null);
        return new ShadowComparison(
            versions.Rules, versions.Model, versions.Shadow, counts.Sum(c => c.Decisions), counts.Where(c => c.Decided == c.WouldBe).Sum(c => c.Decisions),
            [.. counts.GroupBy(c => (c.Decided, c.WouldBe)).OrderBy(g => g.Key).Select(g => OutcomeCount.Of(g.Key, [.. g]))],
            labelled.Sum(c => c.Decisions), labelled.Where(c => c.IsFraud is true).Sum(c => c.Decisions),
            labelled.Count == 0 ? null : DecisionQuality.Of(labelled, c => c.Decided),
            labelled.Count == 0 ? null : DecisionQuality.Of(labelled, c => c.WouldBe));
    }
}

/// <summary>How many transactions were decided so and would have been decided so.</summary>
/// <param name="Decided">What was decided.</param>
/// <param name="WouldBe">What would have been.</param>
/// <param name="Decisions">How many.</param>
/// <param name="Frauds">How many of them were frauds.</param>
/// <param name="Genuine">How many of them were not.</param>
public sealed record OutcomeCount(FraudOutcome Decided, FraudOutcome WouldBe, long Decisions, long Frauds, long Genuine)
{
    internal static OutcomeCount Of((FraudOutcome Decided, FraudOutcome WouldBe) outcomes, List<ShadowCount> counts) => new(
        outcomes.Decided, outcomes.WouldBe, counts.Sum(c => c.Decisions), counts.Where(c => c.IsFraud is true).Sum(c => c.Decisions),
        counts.Where(c => c.IsFraud is false).Sum(c => c.Decisions));
}

/// <summary>How decisions did on transactions of which it is known what they were.</summary>
/// <param name="Stopped">Those that were not simply approved: a person looks, or they are declined.</param>
/// <param name="Declined">Those that are declined.</param>
/// <param name="Amounts">Money, by currency; transactions whose amount is not stored are left out.</param>
public sealed record DecisionQuality(CatchQuality Stopped, CatchQuality Declined, IReadOnlyList<CaughtAmount> Amounts)
{
    internal static DecisionQuality Of(List<ShadowCount> labelled, Func<ShadowCount, FraudOutcome> outcome) => new(
        CatchQuality.Of(labelled, c => outcome(c) >= FraudOutcome.Review),
        CatchQuality.Of(labelled, c => outcome(c) == FraudOutcome.Decline),
        [
            .. labelled.Where(c => c.Currency is not null).GroupBy(c => c.Currency!, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => CaughtAmount.Of(g.Key, [.. g], outcome)),
        ]);
}

/// <summary>How well what is caught matches what should be.</summary>
/// <param name="Caught">How many are caught.</param>
/// <param name="CaughtFrauds">How many of those are frauds.</param>
/// <param name="Precision">Which share of what is caught is fraud; absent when nothing is caught.</param>
/// <param name="Recall">Which share of the frauds is caught; absent when there is none.</param>
public sealed record CatchQuality(long Caught, long CaughtFrauds, double? Precision, double? Recall)
{
    internal static CatchQuality Of(List<ShadowCount> labelled, Func<ShadowCount, bool> isCaught)
    {
        var frauds = labelled.Where(c => c.IsFraud is true).Sum(c => c.Decisions);
        var caught = labelled.Where(isCaught).Sum(c => c.Decisions);
        var caughtFrauds = labelled.Where(c => c.IsFraud is true && isCaught(c)).Sum(c => c.Decisions);
        return new CatchQuality(caught, caughtFrauds, Share(caughtFrauds, caught), Share(caughtFrauds, frauds));
    }

    static double? Share(long part, long whole) => whole == 0 ? null : (double)part / whole;
}

/// <summary>Money of frauds that is caught.</summary>
/// <param name="Currency">The currency.</param>
/// <param name="FraudMinor">The amounts of all frauds, minor units.</param>
/// <param name="StoppedMinor">Of those that were stopped: reviewed or declined.</param>
/// <param name="DeclinedMinor">Of those that were declined.</param>
/// <param name="StoppedGenuineMinor">The amounts of genuine transactions that were stopped.</param>
public sealed record CaughtAmount(string Currency, decimal FraudMinor, decimal StoppedMinor, decimal DeclinedMinor, decimal StoppedGenuineMinor)
{
    internal static CaughtAmount Of(string currency, List<ShadowCount> labelled, Func<ShadowCount, FraudOutcome> outcome)
    {
        return new CaughtAmount(
            currency,
            Sum(c => c.IsFraud is true),
            Sum(c => c.IsFraud is true && outcome(c) >= FraudOutcome.Review),
            Sum(c => c.IsFraud is true && outcome(c) == FraudOutcome.Decline),
            Sum(c => c.IsFraud is false && outcome(c) >= FraudOutcome.Review));

        decimal Sum(Func<ShadowCount, bool> which) => labelled.Where(which).Sum(c => c.AmountMinor);
    }
}
