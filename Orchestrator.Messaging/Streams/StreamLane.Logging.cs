using Microsoft.Extensions.Logging;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Messaging.Streams;

internal sealed partial class StreamLane
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Lane}: parking {Topic}@{Offset} {MessageId}")]
    static partial void Failed(ILogger logger, LaneId lane, string topic, long offset, Guid messageId, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Lane}: {Topic}@{Offset} {MessageId} was answered, and its state does not follow")]
    static partial void NotReplayed(ILogger logger, LaneId lane, string topic, long offset, Guid messageId, Exception exception);
}
