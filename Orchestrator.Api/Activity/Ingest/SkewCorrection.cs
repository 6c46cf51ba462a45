namespace Orchestrator.Api.Activity.Ingest;

/// <summary>
/// Puts the time of an event right where the clock of the browser is wrong. What lies between sending and receiving is taken for the error of that clock: the way itself takes
/// some milliseconds, which matter to nothing here. Pure.
/// </summary>
static class SkewCorrection
{
    /// <summary>The largest error that is put right; a clock that is further away is none.</summary>
    public static readonly TimeSpan Most = TimeSpan.FromDays(1);

    /// <summary>When an event was done, by the clock of the service.</summary>
    /// <param name="createdAt">By the clock of the browser; null when it does not say, and then it is when it was sent.</param>
    /// <param name="sentAt">When it was sent, by the same clock; null when that is not known, and then that clock is taken to be right.</param>
    /// <param name="receivedAt">When it was received, by the clock of the service.</param>
    /// <returns>Never later than <paramref name="receivedAt"/>; null when the clocks are further apart than is put right.</returns>
    public static DateTimeOffset? Apply(DateTimeOffset? createdAt, DateTimeOffset? sentAt, DateTimeOffset receivedAt)
    {
        var error = sentAt is { } sent ? receivedAt - sent : TimeSpan.Zero;
        if (error.Duration() > Most)
            return null;
        if (createdAt is not { } created)
            return receivedAt;
        // Compared before it is added: near the end of all time there is no day to add.
        return created >= receivedAt - error ? receivedAt : (created + error).ToUniversalTime();
    }
}
