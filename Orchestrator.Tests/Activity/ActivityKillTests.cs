using System.Globalization;
using Confluent.Kafka;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Activity;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Campaigns;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Activity;

/// <summary>Two services that follow visitors, of which one is killed or stopped at random points while events come, many of them late and many twice.</summary>
public sealed class ActivityKillTests(TestInfrastructure infrastructure)
{
    const int Lanes = 4;
    const int Visitors = 300;
    const int Kills = 4;
    const int Rate = 1_500;

    // Of event time in a moment of the test: so that sessions end, and events come too late.
    const int MillisecondsAnEvent = 350;

    [Fact]
    public async Task Services_when_they_are_killed_change_no_figure()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();
        await using var kafka = TestInfrastructure.StartEmbeddedKafka();
        await kafka.CreateTopicsAsync(Lanes, [.. Topics.All, .. Topics.All.Select(t => t + Topics.ParkedSuffix)]);
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ORCHESTRATOR_KAFKA"] = kafka.BootstrapServers, ["ORCHESTRATOR_POSTGRES"] = database.ConnectionString,
            ["Messaging__Partitions"] = Lanes.ToString(CultureInfo.InvariantCulture), ["Messaging__HeartbeatMs"] = "50", ["Messaging__MaxBackoffMs"] = "200",
            ["Activity__SnapshotSeconds"] = "1", ["Activity__StoreEveryMs"] = "50",
        };
        await KillCampaign.RunAsync("activity-kill", async campaign =>
        {
            var reference = new ActivityReference(Lanes);
            var sent = await campaign.KillAsync(
                Kills, 200, 1_200, () => Task.FromResult(campaign.StartService(settings, "activity")), enough => LoadAsync(kafka, reference, new Random(campaign.Seed + 1), enough));

            await Eventually.HoldsAsync("all that was published is stored", async () => await AreStoredAsync(source, reference.Positions));
            Assert.Equal(reference.Minutes(), await MinutesAsync(source));
            Assert.Equal(reference.Counted, await LongAsync(source, "select coalesce(sum(events), 0)::bigint from activity.minute"));
            // Sessions that go on follow as there is time.
            await Eventually.HoldsAsync(
                "all sessions are stored", async () => await LongAsync(source, "select coalesce(sum(events), 0)::bigint from activity.session") == reference.Counted);
            Assert.Equal(reference.Sessions(), await SessionsAsync(source));
            Assert.Equal(0, await LongAsync(source, "select count(*) from messaging.parked"));
            Assert.True(reference is { Late: > 0, Duplicates: > 0 }, "some came late, and some twice");
            campaign.Tell($"{sent} messages, {reference.Counted} count, {reference.Late} late, {reference.Duplicates} again, {Kills} kills");
        });
    }

    // Each twentieth is held back within the bound, each hundredth beyond it, and each tenth comes again.
    static async Task<int> LoadAsync(TestKafka kafka, ActivityReference reference, Random chance, CancellationToken enough)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig(kafka.ClientConfig)
        {
            LingerMs = 1, Partitioner = Partitioner.Murmur2Random, EnableIdempotence = true, MessageTimeoutMs = 0,
        }).SetLogHandler((_, _) => { }).Build();
        var first = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().AddDays(-1).ToUnixTimeMilliseconds());
        var contract = MessageCatalog.Contracts.Of(typeof(ActivityRecorded));
        var recent = new Queue<ActivityRecorded>();
        var began = TimeProvider.System.GetTimestamp();
        var (made, sent) = (0, 0);
        while (!enough.IsCancellationRequested)
        {
            for (; made < TimeProvider.System.GetElapsedTime(began).TotalSeconds * Rate; made++)
            {
                var recorded = Make(made);
                Send(recorded);
                recent.Enqueue(recorded);
                if (recent.Count > 200)
                    recent.Dequeue();
                if (chance.Next(10) == 0)
                    Send(recent.ElementAt(chance.Next(recent.Count)));
            }
            await Task.Delay(TimeSpan.FromMilliseconds(5), CancellationToken.None);
        }
        producer.Flush(Eventually.Bound);
        return sent;

        ActivityRecorded Make(int n)
        {
            var back = chance.Next(100) switch { 0 => 1_500_000 + chance.Next(600_000), < 6 => chance.Next(500_000), _ => 0 };
            // Some are there all the time, others come and go.
            var visitor = ((n / 8_000 * 37) + (int)(Visitors * Math.Pow(chance.NextDouble(), 3))) % Visitors;
            return new ActivityRecorded(
                new Guid(n, 0x3200, 0x7000, [0x80, 0, 0, 0, 0, 0, 0, 1]), (n % 5) switch { 0 => ActivityType.Click, 1 => ActivityType.PagePing, _ => ActivityType.PageView },
                $"kill-{visitor}", first.AddMilliseconds(((long)n * MillisecondsAnEvent) - back), Url: $"/page/{chance.Next(50)}", CustomerId: visitor % 9 == 0 ? $"kill-customer-{visitor}" : null);
        }

        void Send(ActivityRecorded recorded)
        {
            reference.Take(recorded);
            producer.Produce(kafka.Topic(contract.Topic), KafkaWire.ToKafka(OutgoingMessage.Of(contract, recorded, recorded.EventId, "/tests", recorded.CreatedAt)));
            sent++;
        }
    }

    static async Task<bool> AreStoredAsync(NpgsqlDataSource source, IReadOnlyList<long> positions)
    {
        var stored = await TextsAsync(source, "select position from activity.lane order by lane", row => row.GetInt64(0).ToString(CultureInfo.InvariantCulture));
        return stored.Count == positions.Count && stored.Zip(positions).All(p => long.Parse(p.First, CultureInfo.InvariantCulture) >= p.Second);
    }

    static async Task<List<string>> MinutesAsync(NpgsqlDataSource source) => await TextsAsync(
        source,
        "select minute, sum(events), sum(views), sum(clicks), sum(pings) from activity.minute group by minute having sum(events) > 0 order by minute",
        row => $"{row.GetFieldValue<DateTimeOffset>(0):HH:mm} {row.GetDecimal(1)} {row.GetDecimal(2)} {row.GetDecimal(3)} {row.GetDecimal(4)}");

    static async Task<List<string>> SessionsAsync(NpgsqlDataSource source)
    {
        var sessions = await TextsAsync(
            source,
            "select visitor_id, started_at, ended_at, events, views from activity.session",
            row => $"{row.GetString(0)} {row.GetFieldValue<DateTimeOffset>(1).ToUnixTimeMilliseconds()} {row.GetFieldValue<DateTimeOffset>(2).ToUnixTimeMilliseconds()} {row.GetInt32(3)} {row.GetInt32(4)}");
        sessions.Sort(StringComparer.Ordinal);
        return sessions;
    }

    static async Task<List<string>> TextsAsync(NpgsqlDataSource source, string sql, Func<NpgsqlDataReader, string> text)
    {
        var texts = new List<string>();
        await using var command = source.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
            texts.Add(text(rows));
        return texts;
    }

    static async Task<long> LongAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
