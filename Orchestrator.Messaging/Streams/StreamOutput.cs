using System.Text.Json;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Streams;

/// <summary>Takes the answer to the message that is being processed. It is published when <see cref="StreamProcessor.Process"/> returns, and not when that throws.</summary>
public sealed class StreamOutput(LaneId lane, MessageCatalog catalog, TimeProvider time)
{
    MessageContract? _contract;
    MessageContract? _last;
    byte[]? _body;

    /// <summary>The lane.</summary>
    public LaneId Lane { get; } = lane;

    /// <summary>The instant at which the message is processed, UTC.</summary>
    public DateTimeOffset Now { get; private set; }

    /// <summary>
    /// Whether the lane goes on though the database does not answer (<see cref="StreamGroup.WithoutStore"/>): nobody can say for certain that it is still this process's.
    /// </summary>
    public bool StoreIsAway { get; private set; }

    /// <summary>What was asked and is remembered.</summary>
    internal AskedAnswers? Asked { get; init; }

    /// <summary>Whether the answer is elsewhere.</summary>
    internal bool IsAnsweredBefore { get; private set; }

    /// <summary>The answer to an asked message of this id, when the lane remembers it: for a message that is about the same.</summary>
    public bool TryRecall(Guid askedId, out StreamAnswer answer)
    {
        answer = default;
        return Asked?.TryRecall(askedId, out answer) == true;
    }

    /// <summary>To be called instead of answering what is asked: it was answered before, by an answer that is not remembered here; the caller looks for it elsewhere.</summary>
    public void AnsweredBefore() => IsAnsweredBefore = true;

    /// <summary>Answers with a record of the catalog.</summary>
    /// <exception cref="InvalidOperationException">There is an answer already, the record is in no catalog, or its body is too large.</exception>
    public void Answer(object message)
    {
        var contract = _last?.Type == message.GetType() ? _last : catalog.Of(message.GetType());
        Answer(contract, JsonSerializer.SerializeToUtf8Bytes(message, contract.Json));
    }

    /// <summary>Answers with a body that is written already.</summary>
    /// <param name="contract">What it is.</param>
    /// <param name="body">The JSON; not to be changed afterwards.</param>
    /// <exception cref="InvalidOperationException">There is an answer already, or the body is too large.</exception>
    public void Answer(MessageContract contract, byte[] body)
    {
        if (_body is not null)
            throw new InvalidOperationException("a message is answered once at most");
        if (body.Length > OutgoingMessage.MaxBodyBytes)
            throw new InvalidOperationException($"{contract.Name} of {body.Length} bytes is larger than {OutgoingMessage.MaxBodyBytes}");
        _last = _contract = contract;
        _body = body;
    }

    internal void Begin(bool storeIsAway = false)
    {
        _body = null;
        StoreIsAway = storeIsAway;
        IsAnsweredBefore = false;
        Now = time.GetUtcNow();
    }

    internal bool TryTake(out MessageContract contract, out byte[] body)
    {
        contract = _contract!;
        body = _body!;
        _body = null;
        return body is not null;
    }
}
