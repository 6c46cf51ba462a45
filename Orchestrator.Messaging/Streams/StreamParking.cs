using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Ownership;
using Orchestrator.Messaging.Parking;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Streams;

/// <summary>
/// Parks messages beside the lane, which goes on. Each is parked once: its position is noted in the same transaction, so a replay knows it. A snapshot waits until
/// all that lie before it are parked.
/// </summary>
internal sealed partial class StreamParking : IAsyncDisposable
{
    const int Waiting = 1_000;
    const int AtOnce = 100;

    readonly LaneGrant _grant;
    readonly LaneServices _services;
    readonly ILogger _logger;
    readonly Channel<ParkedEntry> _entries = Channel.CreateBounded<ParkedEntry>(new BoundedChannelOptions(Waiting) { SingleReader = true });
    readonly CancellationTokenSource _stop = new();
    readonly Task _loop;
    long _accepted;
    long _parked;

    public StreamParking(LaneGrant grant, LaneServices services, ILogger logger)
    {
        _grant = grant;
        _services = services;
        _logger = logger;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Why messages wait to be parked; null when all is well.</summary>
    public string? LastError { get; private set; }

    /// <summary>Whether one more can be taken in. Otherwise the lane pauses: it may not lose one.</summary>
    public bool HasRoom => Accepted - Interlocked.Read(ref _parked) < Waiting;

    /// <summary>How many were taken in.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>Whether the first <paramref name="count"/> are parked.</summary>
    public bool HasParked(long count) => Interlocked.Read(ref _parked) >= count;

    /// <summary>Takes one in, when there is room.</summary>
    public void Park(ParkedEntry entry)
    {
        if (!_entries.Writer.TryWrite(entry))
            throw new InvalidOperationException("the lane asks whether there is room before it takes a message");
        Interlocked.Increment(ref _accepted);
    }

    async Task RunAsync()
    {
        try
        {
            while (await _entries.Reader.WaitToReadAsync(_stop.Token))
            {
                var batch = new List<ParkedEntry>();
                while (batch.Count < AtOnce && _entries.Reader.TryRead(out var entry))
                    batch.Add(entry);
                await ParkAsync(batch);
                Interlocked.Add(ref _parked, batch.Count);
                foreach (var group in batch.GroupBy(p => p.Status, StringComparer.Ordinal))
                    _services.Telemetry.Parked(_grant.Lane, group.Key, group.Count());
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // What is not parked lies behind the last snapshot, and is read again.
        }
        catch (LaneFencedException)
        {
            // Another owner reads it.
        }
    }

    async Task ParkAsync(List<ParkedEntry> batch)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                await InsertAsync(batch);
                LastError = null;
                return;
            }
            catch (Exception e) when (e is not LaneFencedException && !_stop.IsCancellationRequested)
            {
                LastError = $"{e.GetType().Name}: {e.Message}";
                NotParked(_logger, _grant.Lane, batch.Count, e);
                await Task.Delay(_services.Options.PauseAfter(failures), _services.Time, _stop.Token);
            }
        }
    }

    // One by one inside the transaction: whether a position is new decides whether its message and its copy are written.
    async Task InsertAsync(List<ParkedEntry> batch)
    {
        await using var connection = await _services.Database.OpenConnectionAsync(_stop.Token);
        await using var transaction = await connection.BeginTransactionAsync(_stop.Token);
        await using (var fence = new NpgsqlCommand("select 1 from messaging.lane where group_id = $1 and partition = $2 and epoch = $3 for share", connection))
        {
            fence.Parameters.Add(new() { Value = _grant.GroupId });
            fence.Parameters.Add(new() { Value = _grant.Lane.Partition });
            fence.Parameters.Add(new() { Value = _grant.Epoch });
            if (await fence.ExecuteScalarAsync(_stop.Token) is null)
                throw new LaneFencedException(_grant.Lane);
        }
        var fresh = new List<(LaneGrant, ParkedEntry)>();
        foreach (var entry in batch)
        {
            if (await MarkAsync(connection, entry))
                fresh.Add((_grant, entry));
        }
        if (fresh.Count > 0)
        {
            var copies = fresh.ConvertAll(f => ParkedCopy.Of(f.Item2, _grant.Lane, _services.Time.GetUtcNow()));
            await using var write = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    ParkedCommands.Insert(fresh),
                    new("insert into messaging.edge_outbox (id, payload, created_at) values ($1, $2, '-infinity')")
                    {
                        Parameters =
                        {
                            new() { Value = Guid.CreateVersion7(_services.Time.GetUtcNow()) },
                            new() { Value = PackedMessages.Pack(copies), NpgsqlDbType = NpgsqlDbType.Bytea },
                        },
                    },
                },
            };
            await write.ExecuteNonQueryAsync(_stop.Token);
        }
        await transaction.CommitAsync(_stop.Token);
    }

    async Task<bool> MarkAsync(NpgsqlConnection connection, ParkedEntry entry)
    {
        await using var mark = new NpgsqlCommand(
            "insert into messaging.stream_parked (group_id, partition, topic, position) values ($1, $2, $3, $4) on conflict do nothing", connection)
        {
            Parameters =
            {
                new() { Value = _grant.GroupId },
                new() { Value = _grant.Lane.Partition },
                new() { Value = entry.Message.Origin.Topic },
                new() { Value = entry.Message.Origin.Offset },
            },
        };
        return await mark.ExecuteNonQueryAsync(_stop.Token) > 0;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Lane}: {Count} messages are not parked yet")]
    static partial void NotParked(ILogger logger, LaneId lane, int count, Exception exception);
}
