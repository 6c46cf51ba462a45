using System.Globalization;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Campaigns;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Deploy;

/// <summary>
/// A backup is taken while transactions run, more transactions run, the database server and its disk are lost, and the backup is restored as docs/operations.md says: the database is
/// then as it was earlier, and Kafka is not. Nothing that was accepted may be lost, for Kafka has it, and all that a campaign checks must hold: of the store, and of what somebody sees who has been
/// told which announcements not to believe.
/// </summary>
[Collection(CampaignCollection.Name)]
public sealed partial class RestoreTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Category", "Long")]
    public Task Database_when_it_is_restored_to_an_earlier_time_than_kafka_takes_again_what_it_has_forgotten(bool archived) => Campaign.RunAsync("restore", Campaign.Seed(), async campaign =>
    {
        var postgres = campaign.Servers.Postgres;
        var home = Path.GetDirectoryName(postgres.DataDirectory)!;
        var (backup, archive) = (Path.Combine(home, "backup"), Path.Combine(home, "archive"));
        if (archived)
            await ArchiveAsync(campaign, archive);
        await campaign.RandomWhileAsync(2_000, 3_000);
        campaign.Done("taking a backup");
        await BackupScripts.BackupAsync(postgres, backup);
        await campaign.RandomWhileAsync(4_000, 5_000);
        if (archived)
            await SwitchAsync(campaign);
        await campaign.RandomWhileAsync(2_000, 3_000);
        await campaign.ProgressAsync();

        campaign.Done("losing the database");
        foreach (var service in campaign.Services.ToList())
            await campaign.KillAsync(service);
        await postgres.RestartAsync(immediate: true, async () =>
        {
            Directory.Move(postgres.DataDirectory, postgres.DataDirectory + ".lost");
            await BackupScripts.RestoreAsync(backup, postgres.DataDirectory, archived ? [archive] : []);
        });
        var (to, at) = (await RestoredToAsync(campaign), TimeProvider.System.GetUtcNow());
        campaign.Done($"restored to {to:HH:mm:ss.ffffff}");
        campaign.Servers.MoreSettings["Messaging__RestoredTo"] = to.ToString("O", CultureInfo.InvariantCulture);
        campaign.Servers.MoreSettings["Messaging__RestoredAt"] = at.ToString("O", CultureInfo.InvariantCulture);
        await campaign.ObserveAnewAsync(message => IsForgotten(message, to, at));
        await Campaign.ReadyAsync(campaign.StartService());
        await campaign.ProgressAsync();
    });

    // The rule that docs/operations.md gives to those who read what the product announces.
    static bool IsForgotten(ConsumeResult<byte[], byte[]> message, DateTimeOffset to, DateTimeOffset at) =>
        message.Message.Timestamp.UnixTimestampMs >= to.ToUnixTimeMilliseconds() && message.Message.Timestamp.UnixTimestampMs <= at.ToUnixTimeMilliseconds()
        && message.Topic is not (Topics.Decisions or Topics.ActivityEvents or Topics.ActivityFeatures)
        && OfLane().IsMatch(KafkaWire.Text(message.Message.Headers, CloudEventHeaders.Source) ?? "");

    static async Task<DateTimeOffset> RestoredToAsync(Campaign campaign)
    {
        await Eventually.HoldsAsync("the recovery has ended", async () => (await campaign.Servers.TryQueryAsync("select pg_is_in_recovery()"))?[0][0] is false);
        return new DateTimeOffset((DateTime)(await campaign.Servers.QueryAsync("select pg_last_xact_replay_timestamp()"))[0][0]!);
    }

    static async Task ArchiveAsync(Campaign campaign, string archive)
    {
        await BackupScripts.MakeDirectoryAsync(archive);
        await campaign.Servers.QueryAsync($"alter system set archive_command = 'test ! -f {archive}/%f && cp %p {archive}/%f'");
        await campaign.Servers.QueryAsync("alter system set archive_mode = on");
        await campaign.Servers.Postgres.RestartAsync();
        await campaign.ProgressAsync();
    }

    // What is in the log until now reaches the archive; what comes later is lost with the disk.
    static async Task SwitchAsync(Campaign campaign)
    {
        var segment = (string)(await campaign.Servers.QueryAsync("select pg_walfile_name(pg_switch_wal())"))[0][0]!;
        await Eventually.HoldsAsync("the segment is archived", async () => (await campaign.Servers.QueryAsync($"select last_archived_wal >= '{segment}' from pg_stat_archiver"))[0][0] is true);
    }

    [GeneratedRegex("^/orchestrator/[a-z0-9-]+/[0-9]+$", RegexOptions.None, 1_000)]
    private static partial Regex OfLane();
}
