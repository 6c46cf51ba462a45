using Orchestrator.Contracts;
using Orchestrator.Decisioning.Backtests;
using Orchestrator.Decisioning.Backtests.Jobs;

namespace Orchestrator.Api.Backtests;

/// <summary>Asks for a backtest: rules and a model replay history, and nothing is decided by it.</summary>
/// <param name="From">What happened from here on is judged, UTC. What happened before only makes history.</param>
/// <param name="To">What happened before this is judged, UTC.</param>
/// <param name="Rules">A stored rule set's version, in whichever state; <c>live</c>; or <c>built-in</c>.</param>
/// <param name="Model">A stored model's version, <c>live</c>, or <c>none</c>.</param>
/// <param name="UnlabelledAsGenuine">Whether what has no label though it is older than the delay of labels (a week) counts as genuine.</param>
/// <param name="ReviewCostMinor">What a person's look at one payment costs, minor units by currency.</param>
/// <param name="BacktestId">Identifies it for ever; follows from the Idempotency-Key when there is none.</param>
public sealed record BacktestRequest(
    DateTimeOffset From,
    DateTimeOffset To,
    string Rules = BacktestOrder.Live,
    string Model = BacktestOrder.Live,
    bool UnlabelledAsGenuine = false,
    IReadOnlyDictionary<string, long>? ReviewCostMinor = null,
    Guid? BacktestId = null)
{
    const int MostCosts = 50;

    internal void Validate(ContractErrors errors, CurrencyScales currencies)
    {
        errors.Instant(From, "from");
        errors.Instant(To, "to");
        if (From >= To)
            errors.Add("from_after_to", "from", "before to");
        errors.Required(Rules, "rules");
        errors.Required(Model, "model");
        if (BacktestId is { } id)
            errors.Id(id, "backtestId");
        if (ReviewCostMinor is null)
            return;
        if (ReviewCostMinor.Count > MostCosts)
            errors.Add("too_many_entries", "reviewCostMinor", $"at most {MostCosts} currencies");
        if (ReviewCostMinor.Keys.Any(c => !currencies.IsKnown(c)))
            errors.Add("unknown_currency", "reviewCostMinor", "currencies of ISO 4217 or configured assets, by their codes in upper case");
        if (ReviewCostMinor.Values.Any(c => c is < 0 or > ContractErrors.MaxAmountMinor))
            errors.Add("amount_out_of_range", "reviewCostMinor", $"from 0 to {ContractErrors.MaxAmountMinor} minor units");
    }

    internal BacktestOrder ToOrder() => new(Rules, Model, From.ToUniversalTime(), To.ToUniversalTime(), UnlabelledAsGenuine, ReviewCostMinor);
}

/// <summary>A backtest.</summary>
/// <param name="BacktestId">Its id.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Request">What was asked for.</param>
/// <param name="RequestedBy">Who asked.</param>
/// <param name="RequestedAt">When, UTC.</param>
/// <param name="StartedAt">When it was begun, the last time; UTC.</param>
/// <param name="EndedAt">When it ended, UTC.</param>
/// <param name="Attempts">How many times it was begun: what a process leaves that is gone is begun again, three times at most.</param>
/// <param name="CancelRequested">Whether somebody wants it to stop.</param>
/// <param name="Progress">How far it is; some seconds old.</param>
/// <param name="Failure">Why it failed.</param>
/// <param name="Result">What came out; absent in lists.</param>
public sealed record BacktestView(
    Guid BacktestId,
    BacktestState State,
    BacktestOrder Request,
    string RequestedBy,
    DateTimeOffset RequestedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    int Attempts,
    bool CancelRequested,
    BacktestProgress? Progress,
    BacktestFailure? Failure,
    BacktestResult? Result)
{
    internal static BacktestView Of(BacktestJob job) => new(
        job.Id, job.State, job.Order, job.RequestedBy, job.RequestedAt, job.StartedAt, job.EndedAt, job.Attempts, job.CancelRequested, job.Progress, job.Failure, job.Result);
}
