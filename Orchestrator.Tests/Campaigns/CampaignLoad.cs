using System.Collections.Concurrent;
using Confluent.Kafka;
using Orchestrator.Cli.Publishing;
using Orchestrator.Cli.Simulation;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;

namespace Orchestrator.Tests.Campaigns;

/// <summary>
/// Publishes the campaign's traffic at a steady rate, some of it twice and some of it late, whatever becomes of the service; pauses only when so much is
/// unfinished that the embedded broker's memory could end.
/// </summary>
public sealed class CampaignLoad : IAsyncDisposable
{
    const int MostUnfinished = 4_000;
    const double Disturbed = 0.05;
    static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    readonly TransactionPublisher _publisher;
    readonly CampaignTraffic _traffic;
    CampaignObserver _observer;
    readonly int _seed;
    readonly int _rate;
    readonly CancellationTokenSource _stop = new();
    readonly ConcurrentDictionary<Guid, Course> _submitted = new();
    readonly ConcurrentDictionary<Guid, bool> _cancelled = new();
    readonly ConcurrentDictionary<Guid, ILedgerCommand> _asked = new();
    readonly ConcurrentDictionary<Guid, object> _requests = new();
    Task _running = Task.CompletedTask;
    long _messages;

    public CampaignLoad(string bootstrapServers, CampaignObserver observer, int seed, int rate)
    {
        _publisher = new TransactionPublisher(new ClientConfig { BootstrapServers = bootstrapServers, ReconnectBackoffMaxMs = 500 }, TimeProvider.System);
        _traffic = new CampaignTraffic(seed);
        _observer = observer;
        _seed = seed;
        _rate = rate;
    }

    /// <summary>What was submitted, and how it is meant to go.</summary>
    public IReadOnlyDictionary<Guid, Course> Submitted => _submitted;

    /// <summary>Transfers and reversals that the ledger was asked for directly.</summary>
    public IReadOnlyDictionary<Guid, ILedgerCommand> Asked => _asked;

    /// <summary>What people and publishers asked of transactions later, by the requests' ids.</summary>
    public IReadOnlyDictionary<Guid, object> Requests => _requests;

    /// <summary>What was cancelled, in time or not.</summary>
    public bool WasCancelled(Guid transactionId) => _cancelled.ContainsKey(transactionId);

    /// <summary>How many different messages about transactions were published.</summary>
    public long Messages => Interlocked.Read(ref _messages);

    /// <summary>How many messages the broker has acknowledged, the accounts' included.</summary>
    public long Acknowledged => _publisher.Delivered;

    /// <summary>How many messages came twice.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Asks for the accounts.</summary>
    public async Task OpenAccountsAsync()
    {
        foreach (var account in CampaignTraffic.Accounts)
            await _publisher.PublishAsync(account, AccountOpening.IdOf(account), CancellationToken.None);
        await _publisher.FlushAsync(CancellationToken.None);
    }

    /// <summary>Begins to publish.</summary>
    public void Start() => _running = Task.Run(PublishAsync);

    /// <summary>Goes by what another observer sees.</summary>
    public void Follow(CampaignObserver observer) => Volatile.Write(ref _observer, observer);

    /// <summary>Counts an ordinary transaction in that somebody else has submitted, and that was accepted.</summary>
    public void Add(Guid transactionId)
    {
        if (_submitted.TryAdd(transactionId, Course.Ordinary))
            Interlocked.Increment(ref _messages);
    }

    /// <summary>Publishes what was held back, and ends.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await _publisher.FlushAsync(CancellationToken.None);
        if (_publisher.Failed > 0)
            throw new InvalidOperationException($"{_publisher.Failed} messages of the load were not taken: {_publisher.FirstError}");
    }

    async Task PublishAsync()
    {
        var began = TimeProvider.System.GetTimestamp();
        var due = 0.0;
        long sent = 0;
        var stream = _traffic.Messages(TimeProvider.System).TakeWhile(_ => !_stop.IsCancellationRequested);
        foreach (var (message, isDuplicate, _) in new Disturbance(Disturbed, Disturbed, (uint)_seed).Apply(stream))
        {
            for (; sent >= due || _submitted.Count - _observer.Ended > MostUnfinished; due = TimeProvider.System.GetElapsedTime(began).TotalSeconds * _rate)
            {
                if (_stop.IsCancellationRequested)
                    break;
                await Task.Delay(Tick);
            }
            await _publisher.PublishAsync(message.Body, message.Id, CancellationToken.None);
            sent++;
            if (isDuplicate)
                Duplicates++;
            else if (message.Body is not ILedgerCommand)
                Interlocked.Increment(ref _messages);
            if (message.Body is ILedgerCommand command)
                _asked[command.CommandId] = command;
            else if (message.Course is { } course)
                _submitted[message.TransactionId] = course;
            else if (message.Body is TransactionCancelled)
                _cancelled[message.TransactionId] = true;
            else
                _requests[message.Id] = message.Body;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _publisher.DisposeAsync();
        _stop.Dispose();
    }
}
