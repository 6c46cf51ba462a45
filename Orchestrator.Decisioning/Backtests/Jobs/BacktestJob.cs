using System.Text.Json.Serialization;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Decisioning.Backtests.Jobs;

/// <summary>Where a job stands.</summary>
[JsonConverter(typeof(NamedEnumConverter<BacktestState>))]
public enum BacktestState
{
    /// <summary>It waits for a process.</summary>
    [JsonStringEnumMemberName("queued")] Queued,

    /// <summary>A process works on it.</summary>
    [JsonStringEnumMemberName("running")] Running,

    /// <summary>Its result is there.</summary>
    [JsonStringEnumMemberName("done")] Done,

    /// <summary>It cannot be done, or was begun too often and never ended.</summary>
    [JsonStringEnumMemberName("failed")] Failed,

    /// <summary>Somebody has cancelled it.</summary>
    [JsonStringEnumMemberName("cancelled")] Cancelled,
}

/// <summary>A backtest that was asked for.</summary>
/// <param name="Number">Its place in the order of the requests.</param>
/// <param name="Id">Its id.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Order">What was asked for.</param>
/// <param name="RequestedBy">Who asked.</param>
/// <param name="RequestedAt">When, UTC.</param>
/// <param name="StartedAt">When it was begun, the last time; UTC.</param>
/// <param name="EndedAt">When it ended, UTC.</param>
/// <param name="Attempts">How many times it was begun.</param>
/// <param name="CancelRequested">Whether somebody wants it to stop.</param>
/// <param name="Progress">How far it is.</param>
/// <param name="Failure">Why it failed.</param>
/// <param name="Result">What came out; left out of lists.</param>
public sealed record BacktestJob(
    long Number,
    Guid Id,
    BacktestState State,
    BacktestOrder Order,
    string RequestedBy,
    DateTimeOffset RequestedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    int Attempts,
    bool CancelRequested,
    BacktestProgress? Progress,
    BacktestFailure? Failure,
    BacktestResult? Result);

/// <summary>Why a backtest failed.</summary>
/// <param name="Code">A stable name: <c>unknown_rules</c>, <c>rules_do_not_fit</c>, <c>unknown_model</c>, <c>too_many_labels</c>, <c>abandoned</c>, <c>internal</c>.</param>
/// <param name="Detail">What is wrong, for people.</param>
public sealed record BacktestFailure(string Code, string Detail);

/// <summary>A job that a process works on.</summary>
/// <param name="Number">The job.</param>
/// <param name="Owner">The process.</param>
/// <param name="Attempt">Which attempt it is: what an earlier one says does not count any more.</param>
/// <param name="Id">The job's id.</param>
/// <param name="Order">What was asked for.</param>
public sealed record BacktestClaim(long Number, Guid Owner, int Attempt, Guid Id, BacktestOrder Order);

/// <summary>What became of a request for a backtest.</summary>
public abstract record BacktestRequested
{
    /// <summary>It waits.</summary>
    public sealed record Accepted(BacktestJob Job) : BacktestRequested;

    /// <summary>It was asked for before.</summary>
    public sealed record Repeated(BacktestJob Job) : BacktestRequested;

    /// <summary>Its id stands for another request.</summary>
    public sealed record Exists : BacktestRequested;

    /// <summary>The key stands for another request.</summary>
    public sealed record KeyReused : BacktestRequested;

    /// <summary>Too many wait already.</summary>
    public sealed record Full : BacktestRequested;
}

/// <summary>What became of cancelling a backtest.</summary>
public abstract record BacktestCancelled
{
    /// <summary>It is cancelled, or will be as soon as the process that works on it hears of it.</summary>
    public sealed record Done(BacktestJob Job) : BacktestCancelled;

    /// <summary>It has ended otherwise.</summary>
    public sealed record Ended(BacktestState State) : BacktestCancelled;

    /// <summary>There is none.</summary>
    public sealed record NotFound : BacktestCancelled;
}
