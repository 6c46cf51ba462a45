namespace Orchestrator.Messaging.Parking;

/// <summary>Parked messages that are taken again at a rate.</summary>
/// <param name="RedriveId">Identifies it for ever.</param>
/// <param name="Number">Later ones are higher.</param>
/// <param name="State"><c>scheduled</c>, <c>running</c>, <c>done</c> or <c>cancelled</c>.</param>
/// <param name="Which">Which messages.</param>
/// <param name="Reason">Why.</param>
/// <param name="RatePerSecond">How many messages a second are asked for at most, with what waits behind them.</param>
/// <param name="Actor">Who asked for it.</param>
/// <param name="AskedAt">When, UTC.</param>
/// <param name="At">When it begins, UTC.</param>
/// <param name="StartedAt">When it began, UTC.</param>
/// <param name="EndedAt">When it ended, UTC.</param>
/// <param name="CancelledBy">Who cancelled it.</param>
/// <param name="Progress">How far it is.</param>
public sealed record Redrive(
    Guid RedriveId,
    long Number,
    string State,
    ParkedFilter Which,
    string Reason,
    int RatePerSecond,
    string Actor,
    DateTimeOffset AskedAt,
    DateTimeOffset At,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    string? CancelledBy,
    RedriveProgress Progress)
{
    /// <summary>The fastest, messages a second.</summary>
    public const int MaxRate = 1_000;
}

/// <summary>How far a redrive is.</summary>
/// <param name="Total">How many messages there were when it began; null before. What waits behind them is not counted.</param>
/// <param name="Requested">How many lanes were asked to take.</param>
/// <param name="Waiting">Of those, how many the lanes have not got to yet.</param>
/// <param name="Taken">Of those, how many have taken effect, were known already, or were given up meanwhile.</param>
/// <param name="Failed">Of those, how many failed again.</param>
public sealed record RedriveProgress(long? Total, long Requested, long Waiting, long Taken, long Failed);

/// <summary>What somebody asks for.</summary>
/// <param name="RedriveId">Its id.</param>
/// <param name="Which">Which messages; those that wait behind another follow it by themselves.</param>
/// <param name="RatePerSecond">From 1 to <see cref="Redrive.MaxRate"/>.</param>
/// <param name="At">When it begins; null for now.</param>
/// <param name="Reason">Why.</param>
/// <param name="Actor">Who asks.</param>
public sealed record RedriveOrder(Guid RedriveId, ParkedFilter Which, int RatePerSecond, DateTimeOffset? At, string Reason, string Actor);

/// <summary>What became of a request for a redrive.</summary>
public abstract record RedriveOutcome
{
    /// <summary>It is stored, or done.</summary>
    /// <param name="Redrive">As it is now.</param>
    /// <param name="Repeated">Whether it was so before.</param>
    public sealed record Done(Redrive Redrive, bool Repeated = false) : RedriveOutcome;

    /// <summary>It is not there.</summary>
    public sealed record NotFound : RedriveOutcome;

    /// <summary>The id was used for another one.</summary>
    public sealed record IdReused : RedriveOutcome;

    /// <summary>As many are open as may be.</summary>
    /// <param name="Open">How many.</param>
    public sealed record Full(int Open) : RedriveOutcome;

    /// <summary>It has ended.</summary>
    /// <param name="State">How.</param>
    public sealed record Ended(string State) : RedriveOutcome;
}
