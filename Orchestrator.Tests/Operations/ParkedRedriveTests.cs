using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Api.Jobs;
using Orchestrator.Messaging.Parking;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Ledger;

namespace Orchestrator.Tests.Operations;

/// <summary>Parked messages are taken again when somebody has said so, or when what failed was a passing fault.</summary>
public sealed class ParkedRedriveTests(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    readonly FakeTimeProvider _time = new(Noon);

    [Fact]
    public async Task Group_when_its_time_has_come_is_asked_for_once_in_the_name_of_who_has_named_it()
    {
        await ParkAsync("one", "System.InvalidOperationException", attempts: 1);
        await ParkAsync("two", "System.InvalidOperationException", attempts: 9);
        var cause = Assert.Single(await Parked.CausesAsync(CancellationToken.None)).CauseId;
        await Schedules.AddAsync(cause, Noon.AddHours(1), "olga", CancellationToken.None);
        await Schedules.AddAsync(cause, Noon.AddHours(1), "somebody else", CancellationToken.None);

        Assert.Equal("kept 0 appointments with 0 messages; asked for 0 whose cause was a passing one", await Job.RunAsync(CancellationToken.None));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal("kept 1 appointments with 2 messages; asked for 0 whose cause was a passing one", await Job.RunAsync(CancellationToken.None));
        Assert.Equal("kept 0 appointments with 0 messages; asked for 0 whose cause was a passing one", await Job.RunAsync(CancellationToken.None));

        var messages = await Parked.PageAsync(cause, after: 0, 10, CancellationToken.None);
        Assert.All(messages, m => Assert.Equal("redrive", m.Requested));
        Assert.Equal(("redrive", "olga"), Assert.Single(await Parked.AuditAsync(messages[0].ParkedId, CancellationToken.None)) is var audit ? (audit.Action, audit.Actor) : default);
        Assert.Equal(messages[0].ParkedId, Assert.Single(await Parked.OfKeyAsync("one", 10, CancellationToken.None)).ParkedId);
    }

    [Fact]
    public async Task Message_when_a_passing_fault_parked_it_is_asked_for_a_few_times_and_not_at_once()
    {
        await ParkAsync("young", "System.TimeoutException", attempts: 1, minutesAgo: 5);
        await ParkAsync("old", "System.TimeoutException", attempts: 1, minutesAgo: 11);
        await ParkAsync("tried", "System.TimeoutException", attempts: 4, minutesAgo: 600);

        Assert.Equal("kept 0 appointments with 0 messages; asked for 1 whose cause was a passing one", await Job.RunAsync(CancellationToken.None));

        Assert.Equal("redrive", Assert.Single(await Parked.OfKeyAsync("old", 10, CancellationToken.None)).Requested);
        Assert.Null(Assert.Single(await Parked.OfKeyAsync("tried", 10, CancellationToken.None)).Requested);
    }

    ParkedMessages Parked => new(Database);

    ParkedSchedules Schedules => new(Database, _time);

    ParkedRedriveJob Job => new(Parked, Schedules, Options.Create(new JobOptions()), _time);

    Task ParkAsync(string key, string exception, int attempts, int minutesAgo = 0) => ExecuteAsync(
        $"""
        insert into messaging.lane_group (name) values ('sagas') on conflict do nothing;
        insert into messaging.parked (group_id, partition, status, topic, position, message_key, raw, error_code, exception_type, stack_hash, attempts, parked_at)
        select group_id, 0, 'failed', 'transactions', 1, '{key}', ''::bytea, 'handler_failed', '{exception}', 'abc', {attempts}, '{Noon.AddMinutes(-minutesAgo):O}'
        from messaging.lane_group where name = 'sagas'
        """);
}
