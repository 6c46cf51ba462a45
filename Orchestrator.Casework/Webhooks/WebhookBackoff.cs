namespace Orchestrator.Casework.Webhooks;

/// <summary>When a delivery that failed is tried again: soon at first, then ever later, about a day in all. Pure.</summary>
public static class WebhookBackoff
{
    static readonly TimeSpan[] Delays =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(1), TimeSpan.FromHours(2), TimeSpan.FromHours(4), TimeSpan.FromHours(8), TimeSpan.FromHours(8),
    ];

    /// <summary>How often a delivery is tried.</summary>
    public static int MaxAttempts => Delays.Length + 1;

    /// <summary>How long after attempt number <paramref name="attempts"/> the next one comes; null when there is none.</summary>
    /// <param name="attempts">How many there were, 1 or more.</param>
    /// <param name="deliveryId">The delivery: it alone decides where within a fifth to both sides it lies, so that those which failed together do not come back together.</param>
    public static TimeSpan? After(int attempts, Guid deliveryId)
    {
        if (attempts > Delays.Length)
            return null;
        var bytes = deliveryId.ToByteArray();
        // Of the part that is random in every kind of id.
        var place = bytes[9 + (attempts * 3 % 7)] / 255.0;
        return Delays[attempts - 1] * (0.8 + (0.4 * place));
    }
}
