using System.Buffers.Text;
using System.Text.Json;
using Confluent.Kafka;
using Orchestrator.Benchmarks.Load;
using Orchestrator.Benchmarks.Transfers;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Benchmarks.Decisions;

/// <summary>
/// Transfers to be decided, on topics of the caller's choice. The generator shares two processors with what it measures, so each body is made once and
/// gets another id each time.
/// </summary>
sealed class DecisionFlow : IFlow
{
    const int BodiesPerPartition = 8_192;
    const int IdLength = 36;

    static readonly int IdAt = """{"transactionId":" """.Length - 1;

    readonly string _input;
    readonly OutgoingMessage[][] _made;
    readonly int[] _next;

    public DecisionFlow(TransferAccounts accounts, int partitions, string input, string output)
    {
        _input = input;
        EndsTopic = output;
        _next = new int[partitions];
        var transfers = new TransferFlow(accounts);
        var now = DateTimeOffset.UtcNow;
        _made = [.. Enumerable.Range(0, partitions).Select(p => Enumerable.Range(0, BodiesPerPartition).Select(_ => transfers.Submit(0, p, now)).ToArray())];
    }

    public string EndsTopic { get; }

    public OutgoingMessage Submit(long sequence, int partition, DateTimeOffset now)
    {
        var made = _made[partition][_next[partition]++ % BodiesPerPartition];
        var id = SequencedId.Of(sequence, 0, now);
        var body = made.Body.ToArray();
        Utf8Formatter.TryFormat(id, body.AsSpan(IdAt, IdLength), out _);
        return made with { Topic = _input, Id = id, Body = body, Time = now };
    }

    // The relay sends back what was submitted, the rules a decision: both begin with the transaction's id.
    public TransactionEnd? ReadEnd(Message<byte[], byte[]> message) =>
        Utf8Parser.TryParse(message.Value.AsSpan(IdAt, IdLength), out Guid id, out _)
            ? new TransactionEnd(SequencedId.SequenceOf(id), Completed: true)
            : throw new JsonException("an answer does not begin with the transaction's id");
}
