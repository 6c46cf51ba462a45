namespace Orchestrator.Contracts.Activity;

/// <summary>
/// What a known customer is doing, as the session is at that moment. Topic <c>activity-events</c>, keyed by the visitor. Not one for every event: when a session begins, when
/// the customer becomes known or logs in, and after that when so much time has passed as is configured.
/// </summary>
/// <param name="ObservationId">Identifies it for ever: the event that gave rise to it.</param>
/// <param name="VisitorId">The visitor: the key.</param>
/// <param name="CustomerId">The customer.</param>
/// <param name="At">When the event was done, UTC.</param>
/// <param name="SessionStartedAt">When the session began, UTC.</param>
/// <param name="SessionStarted">Whether it is the first observation of its session.</param>
/// <param name="PagesInSession">How many page views the session has had.</param>
/// <param name="EventsInSession">How many events the session has had.</param>
/// <param name="SessionsInHour">How many sessions of the visitor were there in the hour up to <paramref name="At"/>, this one counted.</param>
/// <param name="NewDevice">Whether the visitor was not seen on this device before this session.</param>
/// <param name="LoggedInAt">When the customer last logged in during the session, UTC; null when that was not seen.</param>
/// <param name="Url">The page, when there is one.</param>
public sealed record CustomerObserved(
    Guid ObservationId, string VisitorId, string CustomerId, DateTimeOffset At, DateTimeOffset SessionStartedAt, bool SessionStarted, int PagesInSession, int EventsInSession,
    int SessionsInHour, bool NewDevice, DateTimeOffset? LoggedInAt = null, string? Url = null) : IContract
{
    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.Id(ObservationId, "observationId");
        errors.Required(VisitorId, "visitorId");
        errors.Required(CustomerId, "customerId");
        errors.Instant(At, "at");
        errors.Instant(SessionStartedAt, "sessionStartedAt");
    }
}
