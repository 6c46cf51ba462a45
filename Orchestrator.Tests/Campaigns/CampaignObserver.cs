using System.Text.Json;
using Confluent.Kafka;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Wire;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Tests.Campaigns;

/// <summary>How a transaction was announced to have ended.</summary>
/// <param name="State">The saga's state of that name.</param>
/// <param name="Reason">Why, where the announcement says so.</param>
public sealed record AnnouncedEnd(string State, string? Reason);

/// <summary>
/// Another party on Kafka, which reads every topic from its beginning and believes only what it reads: drops what it has seen by ce_id, and notes
/// what must never be. It knows nothing of the store.
/// </summary>
public sealed class CampaignObserver : IAsyncDisposable
{
    const int BreachesKept = 50;

    readonly IConsumer<byte[], byte[]> _consumer;
    readonly Func<ConsumeResult<byte[], byte[]>, bool>? _passesOver;
    readonly Task _loop;
    readonly CancellationTokenSource _stop = new();
    readonly Lock _lock = new();
    readonly Dictionary<string, Dictionary<Guid, int>> _seen = Topics.All.ToDictionary(t => t, _ => new Dictionary<Guid, int>(), StringComparer.Ordinal);
    readonly Dictionary<(string Topic, string Type), int> _types = [];
    readonly Dictionary<Guid, AnnouncedEnd> _ends = [];
    readonly Dictionary<Guid, TransactionCompleted> _completed = [];
    readonly Dictionary<string, List<LedgerEventRecorded>> _ledger = new(StringComparer.Ordinal);
    readonly Dictionary<Guid, FraudAssessed> _assessed = [];
    readonly Dictionary<Guid, string?> _transfers = [];
    readonly Dictionary<Guid, TransactionReversed> _reversed = [];
    readonly List<string> _breaches = [];
    long _duplicates;
    long _ended;
    long _ledgerEvents;
    long _answered;

    /// <param name="bootstrapServers">Where Kafka is.</param>
    /// <param name="partitions">How many partitions each topic has.</param>
    /// <param name="passesOver">Which messages it has been told not to believe.</param>
    public CampaignObserver(string bootstrapServers, int partitions, Func<ConsumeResult<byte[], byte[]>, bool>? passesOver = null)
    {
        _passesOver = passesOver;
        var config = new ConsumerConfig
        {
            BootstrapServers = bootstrapServers,
            GroupId = "campaign-observer",
            EnableAutoCommit = false,
            AutoOffsetReset = AutoOffsetReset.Error,
            FetchWaitMaxMs = 10,
            ReconnectBackoffMaxMs = 500,
        };
        _consumer = new ConsumerBuilder<byte[], byte[]>(config).SetErrorHandler((_, _) => { }).SetLogHandler((_, _) => { }).Build();
        _consumer.Assign(
            from topic in Topics.All
            from partition in Enumerable.Range(0, partitions)
            select new TopicPartitionOffset(topic, partition, Offset.Beginning));
        _loop = Task.Factory.StartNew(Read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>How many transactions were announced to have ended.</summary>
    public long Ended => Interlocked.Read(ref _ended);

    /// <summary>How many events the ledger has announced.</summary>
    public long LedgerEvents => Interlocked.Read(ref _ledgerEvents);

    /// <summary>How many transfers and reversals were answered.</summary>
    public long Answered => Interlocked.Read(ref _answered);

    /// <summary>How transfers and reversals were answered: null when posted, else the reason. Read it when nothing is under way.</summary>
    public IReadOnlyDictionary<Guid, string?> Transfers => _transfers;

    /// <summary>How many messages came again.</summary>
    public long Duplicates => Interlocked.Read(ref _duplicates);

    /// <summary>How transactions ended. Read it when nothing is under way.</summary>
    public IReadOnlyDictionary<Guid, AnnouncedEnd> Ends => _ends;

    /// <summary>Those that completed. Read it when nothing is under way.</summary>
    public IReadOnlyCollection<TransactionCompleted> Completed => _completed.Values;

    /// <summary>Those that were undone after they had completed. Read it when nothing is under way.</summary>
    public IReadOnlyCollection<TransactionReversed> Reversed => _reversed.Values;

    /// <summary>The ledger's events by account, in order. Read it when nothing is under way.</summary>
    public IReadOnlyDictionary<string, List<LedgerEventRecorded>> Ledger => _ledger;

    /// <summary>The transactions that were assessed. Read it when nothing is under way.</summary>
    public IReadOnlyDictionary<Guid, FraudAssessed> Assessed => _assessed;

    /// <summary>The ways in which transactions have ended so far.</summary>
    public IReadOnlyCollection<string> WaysToEnd()
    {
        lock (_lock)
            return _ends.Values.Select(e => $"{e.State} {e.Reason}".TrimEnd()).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>How many different messages a topic has carried.</summary>
    public int Messages(string topic)
    {
        lock (_lock)
            return _seen[topic].Count;
    }

    /// <summary>How many different messages of this record a topic has carried.</summary>
    public int Messages<T>(string topic)
    {
        lock (_lock)
            return _types.GetValueOrDefault((topic, MessageCatalog.Contracts.Of(typeof(T)).Name));
    }

    /// <summary>What must never be and was seen nevertheless.</summary>
    public IReadOnlyList<string> Breaches
    {
        get
        {
            lock (_lock)
                return [.. _breaches];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _consumer.Close();
        _consumer.Dispose();
        _stop.Dispose();
    }

    void Read()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (_consumer.Consume(TimeSpan.FromMilliseconds(50)) is { } result)
                    Take(result);
            }
            catch (ConsumeException e) when (e.Error.Code == ErrorCode.Local_AutoOffsetReset)
            {
                Breach($"the observer lost its position: {e.Error.Reason}");
            }
            catch (KafkaException)
            {
                // The broker is away: the client goes on by itself.
            }
        }
    }

    void Take(ConsumeResult<byte[], byte[]> result)
    {
        if (_passesOver?.Invoke(result) == true)
            return;
        var id = Guid.Parse(KafkaWire.Text(result.Message.Headers, CloudEventHeaders.Id)!);
        var type = KafkaWire.Text(result.Message.Headers, CloudEventHeaders.Type)!;
        var hash = new HashCode();
        hash.AddBytes(result.Message.Value);
        lock (_lock)
        {
            if (!_seen[result.Topic].TryAdd(id, hash.ToHashCode()))
            {
                _duplicates++;
                if (_seen[result.Topic][id] != hash.ToHashCode())
                    Breach($"{result.Topic}: {type} {id} came again with another body");
                return;
            }
            _types[(result.Topic, type)] = _types.GetValueOrDefault((result.Topic, type)) + 1;
            if (result.Topic is Topics.SagaEvents or Topics.LedgerEvents or Topics.LedgerReplies or Topics.Decisions && MessageCatalog.Contracts.TryFind(type, out var contract))
                Take(JsonSerializer.Deserialize(result.Message.Value, contract.Json)!);
        }
    }

    void Take(object message)
    {
        switch (message)
        {
            case LedgerEventRecorded e:
                if (!_ledger.TryGetValue(e.AccountId, out var events))
                    _ledger[e.AccountId] = events = [];
                if (e.Version != events.Count + 1)
                    Breach($"ledger-events: {e.AccountId} goes from version {events.Count} to {e.Version}");
                events.Add(e);
                _ledgerEvents++;
                break;
            case FraudAssessed assessed when !_assessed.TryAdd(assessed.TransactionId, assessed):
                Breach($"decisions: {assessed.TransactionId} was assessed twice");
                break;
            // The saga asked for it: what becomes of it is announced there.
            case TransferPosted posted when StepIds.Of(StepIds.Undoing(posted.TransactionId), "reverse") == posted.CommandId:
                break;
            case TransferPosted posted:
                Answer(posted.CommandId, null);
                break;
            case TransferRefused refused:
                Answer(refused.CommandId, refused.Reason);
                break;
            case TransactionCompleted completed:
                _completed[completed.TransactionId] = completed;
                End(completed.TransactionId, new("Completed", null));
                break;
            case TransactionDeclined declined:
                End(declined.TransactionId, new("Declined", declined.Reason));
                break;
            case TransactionCompensated compensated:
                End(compensated.TransactionId, new("Compensated", compensated.Reason));
                break;
            case TransactionVoided voided:
                End(voided.TransactionId, new("Voided", null));
                break;
            case TransactionReversed reversed when !_completed.ContainsKey(reversed.TransactionId) || !_reversed.TryAdd(reversed.TransactionId, reversed):
                Breach($"saga-events: {reversed.TransactionId} was reversed twice, or without having completed");
                break;
            case TransactionReversed reversed:
                _ends[reversed.TransactionId] = new("Reversed", null);
                break;
        }
    }

    void Answer(Guid transferId, string? reason)
    {
        if (_transfers.TryGetValue(transferId, out var before) && before != reason)
            Breach($"ledger-replies: {transferId} was answered {before ?? "posted"} and again {reason ?? "posted"}");
        _transfers[transferId] = reason;
        _answered = _transfers.Count;
    }

    void End(Guid transactionId, AnnouncedEnd end)
    {
        if (_ends.TryGetValue(transactionId, out var before))
            Breach($"saga-events: {transactionId} ended as {before.State} and again as {end.State}");
        _ends[transactionId] = end;
        _ended = _ends.Count;
    }

    void Breach(string what)
    {
        lock (_lock)
        {
            if (_breaches.Count < BreachesKept)
                _breaches.Add(what);
        }
    }
}
