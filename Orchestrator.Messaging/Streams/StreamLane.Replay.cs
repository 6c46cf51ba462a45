using Microsoft.Extensions.Logging;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Messaging.Streams;

/// <summary>What was answered before the lane was opened: its answers stand, and the state follows them.</summary>
internal sealed partial class StreamLane
{
    const int AskedReplayedAtOnce = 1_000;

    readonly StreamReplay _replay;

    /// <summary>Whether messages may still come that were answered before the opening.</summary>
    public bool IsReplaying => !_replay.IsOver;

    // Its answer stands, whatever becomes of the state that follows from it.
    void Replay(in StreamMessage message, in StreamAnswer answer)
    {
        try
        {
            _processor.Replay(message, answer);
        }
        catch (Exception e)
        {
            NotReplayed(_logger, _grant.Lane, message.Topic, message.Offset, message.Id, e);
        }
    }

    void ReplayAsked(in StreamAnswer answer)
    {
        try
        {
            _processor.ReplayAsked(answer);
        }
        catch (Exception e)
        {
            NotReplayed(_logger, _grant.Lane, _group.OutputTopic, answer.Offset, answer.Id, e);
        }
        _sinceSnapshot++;
    }

    /// <returns>Whether there is more to replay at once.</returns>
    bool EndReplay()
    {
        if (_replay.IsOver)
            return false;
        for (var replayed = 0; _replay.TryTakeLast(_positions, out var asked); replayed++)
        {
            ReplayAsked(asked);
            if (replayed == AskedReplayedAtOnce)
                return true;
        }
        _replay.TryEnd(_positions);
        return false;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Lane}: {Topic}@{Offset} {MessageId} was answered, and its state does not follow")]
    static partial void NotReplayed(ILogger logger, LaneId lane, string topic, long offset, Guid messageId, Exception exception);
}
