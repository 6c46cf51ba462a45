using Orchestrator.Messaging.Inbox;

namespace Orchestrator.Messaging.Streams;

/// <summary>
/// The answers to asked messages that a lane remembers, by their ids, which follow from what was asked; and of more of them the ids alone, which are part of
/// the snapshot. Used under the lane's lock.
/// </summary>
internal sealed class AskedAnswers(string group, int capacity)
{
    const int IdsToAnswer = 4;

    // Of another name than the group's, for whoever publishes a message names it, perhaps as what is asked is named.
    readonly AnswerId _ids = new($"{group}\nasked");
    readonly Dictionary<Guid, AskedAnswer> _answers = [];
    readonly Queue<AskedAnswer> _order = new();

    /// <summary>The ids of the answers.</summary>
    public RecentIds Ids { get; } = new(capacity * IdsToAnswer, preallocate: false);

    /// <summary>Whether one more may be under way: what nobody has been told yet is not forgotten.</summary>
    public bool HasRoom => _order.Count < capacity || _order.Peek().Reply.IsCompleted;

    /// <summary>The id of the answer to what is asked under this id.</summary>
    public Guid IdOf(Guid askedId) => _ids.To(askedId);

    /// <summary>The answer of this id, given or under way; null when it is not remembered.</summary>
    public AskedAnswer? Find(Guid id) => _answers.GetValueOrDefault(id);

    /// <summary>The answer to what was asked under this id.</summary>
    public bool TryRecall(Guid askedId, out StreamAnswer answer)
    {
        answer = default;
        if (_answers.Count == 0 || Find(IdOf(askedId)) is not { } found)
            return false;
        answer = found.Answer;
        return true;
    }

    /// <summary>Remembers an answer; the oldest goes.</summary>
    public void Add(AskedAnswer answer)
    {
        Ids.Add(answer.Id);
        if (!_answers.TryAdd(answer.Id, answer))
            return;
        _order.Enqueue(answer);
        if (_order.Count > capacity)
            _answers.Remove(_order.Dequeue().Id);
    }

    /// <summary>The lane has come to its end: of what is still under way nobody will be told.</summary>
    public void FailUnderWay()
    {
        foreach (var answer in _order)
            answer.Fail();
    }
}
