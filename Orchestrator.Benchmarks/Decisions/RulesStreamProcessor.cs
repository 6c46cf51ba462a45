using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning;
using Orchestrator.Decisioning.Deciding;
using Orchestrator.Decisioning.History;
using Orchestrator.Decisioning.Lists;
using Orchestrator.Decisioning.RuleSets;
using Orchestrator.Messaging.Streams;

namespace Orchestrator.Benchmarks.Decisions;

/// <summary>The product's built-in rules, with lists that are empty, on histories in memory, as a stream lane runs them.</summary>
sealed class RulesStreamProcessor(RulesInForce rules, DecisioningOptions options) : StreamProcessor
{
    readonly SnapshotTable<string, AccountHistory> _histories = new(options.HistoriesPerLane, Write);

    readonly RuleDecider _decider = new(rules.Live.Schema, TimeProvider.System, TimeSpan.Zero);

    /// <summary>The rules that lanes share.</summary>
    public static RulesInForce BuiltIn() => new(
        BuiltInRuleSet.Compile(MessageFields.SchemaWith(BuiltInRuleSet.Features)), null,
        new ListsSnapshot(1, BuiltInRuleSet.Lists.ToDictionary(l => l, _ => ListEntries.Empty, StringComparer.Ordinal)));

    public override void Process(in StreamMessage message, StreamOutput output)
    {
        if (message.Body is not TransactionSubmitted transaction)
            return;
        var history = _histories.Touch(transaction.SourceAccountId, static _ => new AccountHistory());
        var assessed = _decider.Decide(transaction, HistoryFeatures.Of(history, transaction, output.Now), rules, output.Now);
        output.Answer(assessed);
        history.Add(transaction, learnAmount: assessed.Outcome != FraudOutcome.Decline, output.Now);
    }

    public override void Replay(in StreamMessage message, in StreamAnswer answer)
    {
        if (message.Body is not TransactionSubmitted transaction)
            return;
        var assessed = JsonSerializer.Deserialize(answer.Body.Span, ContractJson.Default.FraudAssessed)!;
        _histories.Touch(transaction.SourceAccountId, static _ => new AccountHistory())
            .Add(transaction, learnAmount: assessed.Outcome != FraudOutcome.Decline, assessed.AssessedAt);
    }

    public override void BeginSnapshot() => _histories.BeginSnapshot();

    public override bool Snapshot(IBufferWriter<byte> writer) => _histories.Snapshot(writer);

    public override void GiveUpSnapshot() => _histories.GiveUpSnapshot();

    public override void Restore(Stream snapshot)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        while (snapshot.ReadAtLeast(length, length.Length, throwOnEndOfStream: false) == length.Length)
            _histories.Set(Encoding.UTF8.GetString(Read(snapshot, length)), HistoryCodec.Read(Read(snapshot)));
    }

    static byte[] Read(Stream snapshot)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        snapshot.ReadExactly(length);
        return Read(snapshot, length);
    }

    static byte[] Read(Stream snapshot, ReadOnlySpan<byte> length)
    {
        var bytes = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
        snapshot.ReadExactly(bytes);
        return bytes;
    }

    static void Write(IBufferWriter<byte> writer, string account, AccountHistory history)
    {
        Write(writer, Encoding.UTF8.GetBytes(account));
        Write(writer, HistoryCodec.Write(history));
    }

    static void Write(IBufferWriter<byte> writer, byte[] bytes)
    {
        BinaryPrimitives.WriteInt32LittleEndian(writer.GetSpan(sizeof(int)), bytes.Length);
        writer.Advance(sizeof(int));
        writer.Write(bytes);
    }
}
