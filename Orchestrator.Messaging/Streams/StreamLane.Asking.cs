using Microsoft.Extensions.Logging;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Messaging.Streams;

/// <summary>What callers in this process ask: taken at once, on their threads.</summary>
internal sealed partial class StreamLane
{
    static readonly Task<StreamReply> AnsweredBefore = Task.FromResult<StreamReply>(new StreamReply.AnsweredBefore());

    static Task<StreamReply> Refused(StreamRefusal why) => Task.FromResult<StreamReply>(new StreamReply.Refused(why));

    bool _takesAsked = true;
    long _takenMs;

    /// <summary>The broker's time of the last message that was read and taken; null before the first.</summary>
    public DateTimeOffset? TakenAt => Volatile.Read(ref _takenMs) is > 0 and var ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null;

    /// <summary>Takes a message of a caller in this process, on the caller's thread.</summary>
    /// <returns>What the caller is told, as soon as it is known; and whether the answer was there or under way before.</returns>
    public (Task<StreamReply> Reply, bool IsRepeated) Ask(in StreamMessage message)
    {
        var id = Asked.IdOf(message.Id);
        lock (_gate)
        {
            if (!_takesAsked || _ended.Task.IsCompleted || IsReplaying || !MayAnswer)
                return (Refused(StreamRefusal.LaneNotHere), false);
            if (Asked.Find(id) is { } known)
                return (known.Reply, true);
            if (Asked.Ids.Contains(id))
                return (AnsweredBefore, false);
            return (HasRoom && Asked.HasRoom ? Answer(message, id) : Refused(StreamRefusal.TooMany), false);
        }
    }

    /// <summary>Takes no more of what is asked.</summary>
    public void EndAsking()
    {
        lock (_gate)
            _takesAsked = false;
    }

    Task<StreamReply> Answer(in StreamMessage message, Guid id)
    {
        try
        {
            Process(message);
        }
        catch (Exception e)
        {
            AskedInVain(_logger, _grant.Lane, message.Id, e);
            return Refused(StreamRefusal.Failed);
        }
        if (!_output.TryTake(out var contract, out var body))
            return _output.IsAnsweredBefore ? AnsweredBefore : Refused(StreamRefusal.Failed);
        var answer = new AskedAnswer(id, body, _output.Now);
        Asked.Add(answer);
        _sinceSnapshot++;
        _tally.Handled++;
        _publisher.Publish(
            message.KeyBytes, id, contract, body, _output.Now, message.TraceParentHeader, AskedBefore.Write(_topics, _positions), offset => Tell(answer, offset));
        return answer.Reply;
    }

    // On the producer's thread. While the lane is certainly this process's, whoever owns it next finds what was written by now, and says the same.
    void Tell(AskedAnswer answer, long? offset)
    {
        if (offset is { } written && MayAnswer)
            answer.Give(written);
        else
            answer.Fail();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Lane}: {MessageId} was asked in vain")]
    static partial void AskedInVain(ILogger logger, LaneId lane, Guid messageId, Exception exception);
}
