using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Ownership;
using Orchestrator.Messaging.Parking;
using Orchestrator.Messaging.Wire;
using Orchestrator.Messaging.Workers;

namespace Orchestrator.Messaging.Streams;

/// <summary>
/// Carries out what people ask for of a lane's parked messages. One that is redriven is published again on its topic, as it came: so it has its place in the log, and a
/// replay meets it there as the lane did. It takes its turn behind what came since. When it is published twice, by a crash in between, the second is a duplicate.
/// </summary>
internal sealed partial class StreamRedrive : IAsyncDisposable
{
    const int AtOnce = 100;
    static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan DeliveredWithin = TimeSpan.FromSeconds(30);

    readonly LaneGrant _grant;
    readonly LaneServices _services;
    readonly StreamParking _parking;
    readonly ILogger _logger;
    readonly CancellationTokenSource _stop = new();
    readonly Task _loop;

    // What the parking had accepted when nothing was parked; -1 while there is something.
    long _accepted = -1;

    public StreamRedrive(LaneGrant grant, LaneServices services, StreamParking parking, ILogger logger)
    {
        _grant = grant;
        _services = services;
        _parking = parking;
        _logger = logger;
        _loop = Task.Run(() => Rounds.RunAsync(LookAsync, OnFailure, services.Time, _stop.Token));
    }

    // Most lanes have none, and ask once.
    async Task<TimeSpan> LookAsync(CancellationToken cancellationToken)
    {
        if (_accepted != _parking.Accepted)
            _accepted = await AnyAsync() ? -1 : _parking.Accepted;
        if (_accepted < 0)
            await RunRequestedAsync();
        return LookInterval;
    }

    TimeSpan? OnFailure(Exception e)
    {
        NotRedriven(_logger, _grant.Lane, e);
        return LookInterval;
    }

    async Task<bool> AnyAsync()
    {
        // Those that are taken in and not parked yet count too.
        if (!_parking.HasParked(_parking.Accepted))
            return true;
        await using var command = Command("select exists (select 1 from messaging.parked where group_id = $1 and partition = $2)");
        return (bool)(await command.ExecuteScalarAsync(_stop.Token))!;
    }

    async Task RunRequestedAsync()
    {
        foreach (var (parkedId, revision, topic, raw, discard) in await RequestedAsync())
        {
            if (!discard)
                await PublishAsync(topic, raw);
            await CommitBatch.ExecuteAsync(
                _services.Database,
                [
                    new(new NpgsqlBatchCommand("select 1 from messaging.lane where group_id = $1 and partition = $2 and epoch = $3 for share")
                    {
                        Parameters = { new() { Value = _grant.GroupId }, new() { Value = _grant.Lane.Partition }, new() { Value = _grant.Epoch } },
                    }, 1, _ => new LaneFencedException(_grant.Lane)),
                    .. ParkedCommands.Delete(parkedId, revision, discard ? "discarded" : "republished").Select(d => CommitBatch.Step.Of(new UnitWrite(d.Command, d.Rows, IsRows: false))),
                ],
                _stop.Token);
        }
    }

    async Task<List<(long ParkedId, int Revision, string Topic, RawMessage Raw, bool Discard)>> RequestedAsync()
    {
        await using var command = Command(
            $"select parked_id, revision, topic, raw, requested = 'discard' from messaging.parked where group_id = $1 and partition = $2 and requested is not null order by parked_id limit {AtOnce}");
        await using var rows = await command.ExecuteReaderAsync(_stop.Token);
        var requested = new List<(long, int, string, RawMessage, bool)>();
        while (await rows.ReadAsync(_stop.Token))
            requested.Add((rows.GetInt64(0), rows.GetInt32(1), rows.GetString(2), PackedRaw.Unpack(rows.GetFieldValue<byte[]>(3)), rows.GetBoolean(4)));
        return requested;
    }

    async Task PublishAsync(string topic, RawMessage raw)
    {
        var headers = new Headers();
        foreach (var (name, value) in raw.Headers)
            headers.Add(name, value);
        var message = new Message<byte[], byte[]> { Key = raw.Key!, Value = raw.Body, Headers = headers };
        var delivered = new TaskCompletionSource<Error>(TaskCreationOptions.RunContinuationsAsynchronously);
        while (!_services.Producer.TryProduce(new TopicPartition(topic, _grant.Lane.Partition), message, report => delivered.TrySetResult(report.Error)))
            await Task.Delay(LookInterval, _services.Time, _stop.Token);
        if (await delivered.Task.WaitAsync(DeliveredWithin, _services.Time, _stop.Token) is { IsError: true } error)
            throw new KafkaException(error);
    }

    NpgsqlCommand Command(string sql)
    {
        var command = _services.Database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = _grant.GroupId });
        command.Parameters.Add(new() { Value = _grant.Lane.Partition });
        return command;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Lane}: what was asked for of parked messages waits")]
    static partial void NotRedriven(ILogger logger, LaneId lane, Exception exception);
}
