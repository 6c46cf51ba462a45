namespace Orchestrator.Messaging.Streams;

/// <summary>What an opening has found to be answered since the snapshot, until the lane has met all of it again.</summary>
internal sealed class StreamReplay
{
    readonly string[] _topics;
    readonly long[] _ends;
    readonly Queue<AskedBefore> _asked;
    Dictionary<Guid, StreamAnswer>? _byId;

    /// <param name="answered">What was found.</param>
    /// <param name="asked">Remembers what was asked: those whose ids it knows from the snapshot are part of the state already.</param>
    /// <param name="topics">The topics that are read, in the order of the positions.</param>
    public StreamReplay(AnsweredInputs answered, AskedAnswers asked, string[] topics)
    {
        _topics = topics;
        _ends = Array.ConvertAll(topics, t => answered.InputEnds[t]);
        _byId = answered.ById;
        _asked = new Queue<AskedBefore>(answered.Asked.Where(a => !asked.Ids.Contains(a.Answer.Id)));
        foreach (var before in answered.Asked)
            asked.Add(new AskedAnswer(before.Answer));
    }

    /// <summary>Whether nothing that was answered comes again.</summary>
    public bool IsOver => _byId is null;

    /// <summary>The answer of this id.</summary>
    public bool TryTake(Guid id, out StreamAnswer answer)
    {
        answer = default;
        return _byId is not null && _byId.Remove(id, out answer);
    }

    /// <summary>The next answer to something that was asked before the message of this offset was taken.</summary>
    public bool TryTakeAsked(int topic, long offset, out StreamAnswer answer)
    {
        answer = default;
        if (!_asked.TryPeek(out var next) || !next.IsBefore(_topics[topic], offset))
            return false;
        answer = _asked.Dequeue().Answer;
        return true;
    }

    /// <summary>The next answer to something that was asked after all that stood on the topics, once those are read to the end that they had.</summary>
    public bool TryTakeLast(ReadOnlySpan<long> positions, out StreamAnswer answer)
    {
        answer = default;
        if (!HasRead(positions) || !_asked.TryDequeue(out var next))
            return false;
        answer = next.Answer;
        return true;
    }

    /// <summary>
    /// Ends it when all has come again. Behind the ends of that time nothing is answered; answers that are left belong to what lies before the snapshot.
    /// </summary>
    public void TryEnd(ReadOnlySpan<long> positions)
    {
        if (_asked.Count == 0 && (_byId?.Count == 0 || HasRead(positions)))
            _byId = null;
    }

    bool HasRead(ReadOnlySpan<long> positions)
    {
        for (var i = 0; i < _ends.Length; i++)
        {
            if (Math.Max(0, positions[i]) < _ends[i])
                return false;
        }
        return true;
    }
}
