using Orchestrator.Messaging.Wire;

namespace Orchestrator.Api.Submissions;

/// <summary>Messages that HTTP publishes.</summary>
static class OutgoingMessages
{
    /// <summary>A new message of <paramref name="message"/>, in the trace of the request.</summary>
    public static OutgoingMessage Of(MessageCatalog catalog, object message, TimeProvider time)
    {
        var now = time.GetUtcNow();
        return OutgoingMessage.Of(
            catalog.Of(message.GetType()), message, Guid.CreateVersion7(now), Submission.Source, now, System.Diagnostics.Activity.Current?.Id);
    }
}
