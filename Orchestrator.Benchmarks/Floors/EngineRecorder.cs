using Npgsql;
using Orchestrator.Messaging.Kafka;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Ownership;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Benchmarks.Floors;

/// <summary>
/// Runs lane groups without Kafka, one unit of work after another, and keeps what each unit committed. So a floor writes exactly the rows
/// that the flow writes, in full batches, and can be played again into another database.
/// </summary>
sealed class EngineRecorder(IReadOnlyList<LaneGroup> groups, MessageCatalog catalog, NpgsqlDataSource database, int partitions)
{
    const int Batch = 500;
    const int DeletedTogether = 8;

    readonly LaneMessageReader _reader = new(catalog);
    readonly List<Lane> _lanes = [];
    readonly Dictionary<string, long> _offsets = new(StringComparer.Ordinal);

    /// <summary>What has been committed, in order.</summary>
    public List<UnitCommit> Units { get; } = [];

    /// <summary>Makes the lanes' rows in a database. In the same order they get the same numbers in every empty one.</summary>
    public static async Task CreateLanesAsync(IEnumerable<LaneGroup> groups, NpgsqlDataSource database, int partitions, CancellationToken stop)
    {
        foreach (var group in groups)
        {
            await using var command = database.CreateCommand("""
                with added as (insert into messaging.lane_group (name) values ($1) returning group_id)
                insert into messaging.lane (group_id, partition, epoch) select group_id, p, 1 from added, generate_series(0, $2 - 1) p
                """);
            command.Parameters.Add(new() { Value = group.Name });
            command.Parameters.Add(new() { Value = partitions });
            await command.ExecuteNonQueryAsync(stop);
        }
    }

    public async Task OpenAsync(CancellationToken stop)
    {
        await CreateLanesAsync(groups, database, partitions, stop);
        for (var g = 0; g < groups.Count; g++)
        {
            for (var partition = 0; partition < partitions; partition++)
            {
                var id = new LaneId(groups[g].Name, partition);
                var lane = new Lane(groups[g], new LaneGrant(id, (short)(g + 1), 1, new Dictionary<string, long>(StringComparer.Ordinal), 0), groups[g].CreateProcessor(id));
                await lane.Processor.OpenAsync(stop);
                _lanes.Add(lane);
            }
        }
    }

    // To every group that reads its topic.
    void Publish(OutgoingMessage message)
    {
        var partition = KeyPartition.Of(message.Key, partitions);
        var offset = _offsets[message.Topic] = _offsets.GetValueOrDefault(message.Topic) + 1;
        var kafka = KafkaWire.ToKafka(message);
        var headers = kafka.Headers.Select(h => new KeyValuePair<string, byte[]>(h.Key, h.GetValueBytes())).ToList();
        foreach (var lane in _lanes.Where(l => l.Grant.Lane.Partition == partition && l.Group.Topics.Contains(message.Topic)))
            lane.Waiting.Enqueue(_reader.Read(new RawMessage(kafka.Key, kafka.Value, headers), new MessageOrigin(message.Topic, offset), message.Time));
    }

    /// <summary>Hands out the messages and runs until no lane has anything left.</summary>
    public async Task RunAsync(IEnumerable<OutgoingMessage> messages, CancellationToken stop)
    {
        foreach (var message in messages)
            Publish(message);
        while (_lanes.Any(l => l.Waiting.Count > 0))
        {
            foreach (var lane in _lanes.Where(l => l.Waiting.Count > 0))
                await UnitAsync(lane, stop);
        }
    }

    async Task UnitAsync(Lane lane, CancellationToken stop)
    {
        var messages = new List<LaneMessage>(Batch);
        while (messages.Count < Batch && lane.Waiting.TryDequeue(out var message))
            messages.Add(message.Fault is { } fault ? throw fault : message);
        var work = new UnitOfWork(lane.Grant.Lane, DateTimeOffset.UtcNow, catalog);
        await lane.Processor.PrepareAsync(messages, stop);
        foreach (var message in messages)
            await lane.Processor.HandleAsync(message, work, stop);
        lane.Processor.Complete(work);
        if (work.Outgoing.Count > 0)
            lane.OutboxSeq++;
        var positions = messages.GroupBy(m => m.Origin.Topic, StringComparer.Ordinal).ToDictionary(t => t.Key, t => t.Last().Origin.Offset + 1, StringComparer.Ordinal);
        // As in the service, a unit deletes what the broker has acknowledged of those before.
        var commit = new UnitCommit(
            lane.Grant, positions, [.. messages.Select(m => m.Id)], [], [], lane.OutboxSeq,
            lane.OutboxSeq % DeletedTogether == 0 ? new AcknowledgedRows(Math.Max(0, lane.OutboxSeq - DeletedTogether - 1), lane.OutboxSeq - 1) : AcknowledgedRows.None, work);
        await commit.ExecuteAsync(database, stop);
        lane.Processor.Committed();
        Units.Add(commit);
        foreach (var message in work.Outgoing)
            Publish(message);
    }

    sealed class Lane(LaneGroup group, LaneGrant grant, LaneProcessor processor)
    {
        public LaneGroup Group { get; } = group;

        public LaneGrant Grant { get; } = grant;

        public LaneProcessor Processor { get; } = processor;

        public Queue<LaneMessage> Waiting { get; } = new();

        public long OutboxSeq { get; set; }
    }
}
