using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Submissions;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Inbox;
using Orchestrator.Messaging.Schema;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Messaging;

public sealed class PruningTests(TestInfrastructure infrastructure)
{
    static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    static readonly FakeTimeProvider Clock = new(Now);

    [Fact]
    public async Task Inbox_when_ids_are_older_than_it_remembers_forgets_those_alone()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        var pruner = new InboxPruner(source, new MessagingOptions { InboxDays = 7 }, Clock, NullLogger<InboxPruner>.Instance);
        await AddAsync(source, "insert into messaging.inbox (group_id, message_id, seen_at) select 1, gen_random_uuid(), t from unnest($1) t");

        Assert.Equal(2, await pruner.PruneAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, await pruner.PruneAsync(TestContext.Current.CancellationToken));
        Assert.Equal(3, await CountAsync(source, "messaging.inbox"));
    }

    [Fact]
    public async Task Submissions_when_older_than_they_are_kept_go_and_no_others()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        var pruner = new SubmissionPruner(source, Options.Create(new ApiOptions { SubmissionDays = 7 }), Clock, NullLogger<SubmissionPruner>.Instance);
        await AddAsync(
            source,
            """
            insert into api.submission (kind, subject, request_hash, response, topic, message_key, message_id, message_type, message, created_at)
            select 'account', gen_random_uuid()::text, '', '{}', 'accounts', 'a', gen_random_uuid(), 't', '', t from unnest($1) t
            """);

        Assert.Equal(2, await pruner.PruneAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, await pruner.PruneAsync(TestContext.Current.CancellationToken));
        Assert.Equal(3, await CountAsync(source, "api.submission"));
    }

    [Theory]
    [InlineData(Pruner.RowsAtOnce, 20, 80)]
    [InlineData(Pruner.RowsAtOnce, 3_000, 12_000)]
    [InlineData(Pruner.RowsAtOnce - 1, 20, 60_000)]
    [InlineData(0, 20, 60_000)]
    public void Pruner_when_more_may_be_due_rests_four_times_as_long_as_it_worked_and_else_a_minute(int deleted, int tookMs, int restsMs) =>
        Assert.Equal(TimeSpan.FromMilliseconds(restsMs), Pruner.RestAfter(deleted, TimeSpan.FromMilliseconds(tookMs)));

    // Two that are too old, one at the limit and two that are younger.
    static async Task AddAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        command.Parameters.Add(new() { Value = new[] { 8.0, 7.001, 7.0, 1.0, 0.0 }.Select(days => Now.AddDays(-days).UtcDateTime).ToArray() });
        await command.ExecuteNonQueryAsync();
    }

    static async Task<long> CountAsync(NpgsqlDataSource source, string table)
    {
        await using var command = source.CreateCommand($"select count(*) from {table}");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
