namespace Orchestrator.Messaging.Wire.Formats;

/// <summary>
/// The schema registry does not answer, or refuses this service: no message is at fault. Whoever needs it waits and asks again; nothing is parked.
/// </summary>
/// <param name="detail">What was asked, and what it said.</param>
/// <param name="inner">What the client raised.</param>
public sealed class RegistryAwayException(string detail, Exception? inner = null) : Exception($"the schema registry is away: {detail}", inner)
{
    /// <summary>What was asked, and what it said.</summary>
    public string Detail => detail;

    /// <summary>Whether it has answered, and does not do what was asked: it need not be waited for before something else is.</summary>
    public bool HasAnswered { get; init; }
}
