using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Timers;

/// <summary>A durable timer: a message that the same lane takes when it is due.</summary>
/// <param name="Id">The token to cancel it by.</param>
/// <param name="DueAt">Not before this instant, UTC.</param>
/// <param name="Message">What is delivered.</param>
public sealed record TimerEntry(Guid Id, DateTimeOffset DueAt, OutgoingMessage Message);
