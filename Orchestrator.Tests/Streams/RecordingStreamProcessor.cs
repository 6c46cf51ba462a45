using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Streams;

namespace Orchestrator.Tests.Streams;

/// <summary>A hash over all that a lane was told, in order: cancellations, which it answers to nobody, and what it is asked.</summary>
sealed class RecordingStreamProcessor : StreamProcessor
{
    string _hash = "";
    int _cancelled;

    /// <summary>The hash with one thing more.</summary>
    public static string Next(string hash, string what) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{hash} {what}")).AsSpan(0, 8));

    public override void Process(in StreamMessage message, StreamOutput output)
    {
        if (message.Body is TransactionCancelled)
        {
            _hash = Next(_hash, $"cancelled {++_cancelled}");
        }
        else if (message is { IsAsked: true, Body: TransactionSubmitted transaction })
        {
            _hash = Next(_hash, "asked");
            output.Answer(new DecisionAnswered(new FraudAssessed(
                transaction.TransactionId, message.Key, FraudOutcome.Approve, _cancelled, [], _hash, output.Now, Transaction: transaction)));
        }
    }

    public override void Replay(in StreamMessage message, in StreamAnswer answer) => throw new InvalidOperationException("nothing but what is asked is answered");

    public override void ReplayAsked(in StreamAnswer answer)
    {
        _hash = Next(_hash, "asked");
        var said = JsonSerializer.Deserialize(answer.Body.Span, ContractJson.Default.DecisionAnswered)!.Decision.RulesVersion;
        if (!string.Equals(said, _hash, StringComparison.Ordinal))
            throw new InvalidOperationException($"{said} was said, and {_hash} follows from what was replayed before it");
    }

    public override bool Snapshot(IBufferWriter<byte> writer)
    {
        BinaryPrimitives.WriteInt32LittleEndian(writer.GetSpan(sizeof(int)), _cancelled);
        writer.Advance(sizeof(int));
        writer.Write(Encoding.UTF8.GetBytes(_hash));
        return false;
    }

    public override void Restore(Stream snapshot)
    {
        Span<byte> count = stackalloc byte[sizeof(int)];
        snapshot.ReadExactly(count);
        _cancelled = BinaryPrimitives.ReadInt32LittleEndian(count);
        using var reader = new StreamReader(snapshot, Encoding.UTF8);
        _hash = reader.ReadToEnd();
    }
}
