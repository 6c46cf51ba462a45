using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Streams;

namespace Orchestrator.Tests.Streams;

/// <summary>
/// Keeps a chain of hashes for each account: every answer names the one before it by its hash, and has in it something that no other opening of a lane would
/// say. So whoever reads the answers can tell whether one is missing, there twice, out of order, or from a state that did not follow what was published.
/// </summary>
public sealed class ChainProcessor(string nonce, ChainProcessor.Behaviour behaviour) : StreamProcessor
{
    const int Accounts = 50_000;

    readonly SnapshotTable<string, Link> _chains = new(Accounts, Write);
    int _answers;

    /// <summary>What a test changes and counts.</summary>
    public sealed class Behaviour
    {
        /// <summary>Bytes of state that each account has beside its chain.</summary>
        public int PaddingBytes { get; init; }

        /// <summary>Whether messages that ask to fail do.</summary>
        public bool Failing { get; set; } = true;

        /// <summary>How many messages were replayed.</summary>
        public int Replayed => _replayed;

        /// <summary>How many keys the last restored snapshot had.</summary>
        public int Restored { get; set; }

        internal void Replay() => Interlocked.Increment(ref _replayed);

        int _replayed;
    }

    /// <summary>Of one account.</summary>
    public sealed record Link(int Count, string Hash, byte[] Padding);

    /// <summary>The hash of an account's chain with one more answer.</summary>
    public static string Next(string hash, Guid id, string said) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{hash} {id} {said}")).AsSpan(0, 8));

    public override void Process(in StreamMessage message, StreamOutput output)
    {
        if (message.Body is not TransactionSubmitted transaction)
            return;
        if (transaction.Metadata?.ContainsKey("fail") == true && behaviour.Failing)
            throw new InvalidOperationException("asked to fail");
        var said = $"{nonce}-{++_answers}";
        var link = Follow(message.Key, transaction.TransactionId, said);
        var assessed = new FraudAssessed(
            transaction.TransactionId, message.Key, FraudOutcome.Approve, link.Count % 1000, [new FraudReason("chain", link.Count, link.Hash)], said, output.Now,
            Degraded: output.StoreIsAway ? [DegradedReasons.StoreUnavailable] : null, Transaction: message.IsAsked ? transaction : null);
        output.Answer(message.IsAsked ? new DecisionAnswered(assessed) : assessed);
    }

    public override void Replay(in StreamMessage message, in StreamAnswer answer)
    {
        behaviour.Replay();
        var assessed = JsonSerializer.Deserialize(answer.Body.Span, Contracts.Catalog.ContractJson.Default.FraudAssessed)!;
        Follow(message.Key, assessed.TransactionId, assessed.RulesVersion);
    }

    public override void ReplayAsked(in StreamAnswer answer)
    {
        behaviour.Replay();
        var assessed = JsonSerializer.Deserialize(answer.Body.Span, Contracts.Catalog.ContractJson.Default.DecisionAnswered)!.Decision;
        Follow(assessed.SourceAccountId, assessed.TransactionId, assessed.RulesVersion);
    }

    Link Follow(string account, Guid id, string said)
    {
        var before = _chains.TryGet(account, out var link) ? link : new Link(0, "", new byte[behaviour.PaddingBytes]);
        var next = before with { Count = before.Count + 1, Hash = Next(before.Hash, id, said) };
        _chains.Set(account, next);
        return next;
    }

    public override void BeginSnapshot() => _chains.BeginSnapshot();

    public override bool Snapshot(IBufferWriter<byte> writer) => _chains.Snapshot(writer);

    public override void GiveUpSnapshot() => _chains.GiveUpSnapshot();

    public override void Restore(Stream snapshot)
    {
        using var reader = new BinaryReader(snapshot, Encoding.UTF8, leaveOpen: true);
        while (snapshot.Position < snapshot.Length)
            _chains.Set(reader.ReadString(), new Link(reader.ReadInt32(), reader.ReadString(), reader.ReadBytes(reader.ReadInt32())));
        behaviour.Restored = _chains.Count;
    }

    static void Write(IBufferWriter<byte> writer, string account, Link link)
    {
        using var bytes = new MemoryStream();
        using var binary = new BinaryWriter(bytes, Encoding.UTF8);
        binary.Write(account);
        binary.Write(link.Count);
        binary.Write(link.Hash);
        binary.Write(link.Padding.Length);
        binary.Write(link.Padding);
        binary.Flush();
        writer.Write(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }
}
