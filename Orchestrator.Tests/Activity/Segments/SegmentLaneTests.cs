using Npgsql;
using Orchestrator.Activity.Customers;
using Orchestrator.Activity.Segments;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Activity;
using Orchestrator.Contracts.Customers;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Rows;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Activity.Segments.Facts;

namespace Orchestrator.Tests.Activity.Segments;

/// <summary>Both groups against PostgreSQL: what they store, what they tell, and that what is lost or done twice leaves no trace.</summary>
public sealed class SegmentLaneTests(TestInfrastructure infrastructure)
{
    [Fact]
    public async Task Customer_when_units_are_lost_committed_unnoticed_and_begun_anew_is_as_if_nothing_had_been()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        using var lane = ActivityLane.OfSegments(source, inMemory: 2);
        var random = new Random(20_261_126);
        var (told, plain) = (new List<SegmentChanged>(), new Dictionary<string, CustomerSlot>(StringComparer.Ordinal));
        var (sent, last) = (new List<CustomerFact>(), 0);
        for (var unit = 0; unit < 120; unit++)
        {
            var facts = Enumerable.Range(0, 3).Select(_ => sent.Count > 5 && random.Next(4) == 0 ? sent[random.Next(sent.Count)] : Next(++last)).ToArray();
            sent.AddRange(facts.Except(sent));
            if (random.Next(4) == 0)
                await lane.LoseAsync(facts);
            if (random.Next(6) == 0)
                lane.Restart();
            told.AddRange(Changes(random.Next(4) == 0 ? await lane.CommitUnnoticedAsync(facts) : await lane.RunAsync(facts)));
            told.AddRange(Changes(await lane.WaitUntilAsync(lane.Time.GetUtcNow().AddHours(unit % 10 == 9 ? 24 * 45 : random.Next(72)))));
        }

        Assert.True(told.Count > 20, $"{told.Count} changes");
        foreach (var customer in told.GroupBy(c => c.CustomerId, StringComparer.Ordinal))
        {
            Assert.Equal(Enumerable.Range(1, customer.Count()), customer.Select(c => (int)c.Sequence));
            var stored = (await new SegmentReader(source).FindAsync(customer.Key, 200, default))!;
            Assert.Equal(customer.Last().Segments, stored.Segments.Select(s => s.Segment));
            Assert.Equal(customer.Last().Sequence, stored.Sequence);
            Assert.Equal(customer.Select(c => (c.Segment, c.Entered, c.At)).TakeLast(200), stored.Changes.Select(c => (c.Segment, c.Entered, c.At)).Reverse());
            var facts = sent.Where(f => f.CustomerId == customer.Key).ToList();
            var state = (await new CustomerRecords(source).FindAsync(customer.Key, default))!.State;
            Assert.Equal(facts.Count(f => f.Kind == CustomerFactKind.AccountOpened), state.AccountCount);
            Assert.Equal(facts.Where(f => f.Kind == CustomerFactKind.MoneySent).Max(f => f.At), state.LastTransactionAt);
        }
        Assert.Equal(told.Count, told.Select(c => c.ChangeId).Distinct().Count());
        // One timer a customer at most, however often it was put off.
        Assert.True(lane.Timers.Count <= 4, $"{lane.Timers.Count} timers");

        CustomerFact Next(int id)
        {
            var (customer, at) = ($"c{id % 4}", CustomerState.Whole(lane.Time.GetUtcNow()));
            return (id % 5) switch
            {
                0 => Opened(id, customer, at),
                1 => Observed(id, customer, at, first: true),
                _ => Sent(id, customer, at, random.Next(1, 600_000)),
            };
        }

        static IEnumerable<SegmentChanged> Changes(IEnumerable<object> published) => published.OfType<SegmentChanged>();
    }

    [Fact]
    public async Task Payments_when_the_owner_is_not_known_yet_do_wait_and_go_out_once_when_he_is()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        using var lane = ActivityLane.OfFacts(source, inMemory: 2);
        var early = Enumerable.Range(1, 120).Select(n => Completed(n, "early")).ToArray();

        Assert.Empty(await lane.RunAsync([.. early.Take(60)]));
        lane.Restart();
        Assert.Empty(await lane.RunAsync([.. early.Skip(60), Completed(500, "strange") with { Body = Strange() }]));
        Assert.Equal((20, 100), (await CountAsync<int>("select dropped from activity.account_waiting"), await CountAsync<int>("select json_array_length(facts) from activity.account_waiting")));
        lane.Restart();
        var open = new OpenAccount("early", "alice", "EUR", Noon);
        var facts = (await lane.RunAsync((Id(900), open), (Id(901), open), Completed(121, "early"))).Cast<CustomerFact>().ToList();

        Assert.Equal(CustomerFactKind.AccountOpened, facts[0].Kind);
        Assert.Equal(Enumerable.Range(21, 101).Select(n => (long?)n), facts.Skip(1).Select(f => f.AmountMinor));
        Assert.All(facts, f => Assert.Equal("alice", f.CustomerId));
        Assert.Equal(0L, await CountAsync<long>("select count(*) from activity.account_waiting"));
        lane.Restart();
        // Whose an account is was said once and for ever; the profile goes to whom it names.
        var update = Profile(902, "bob", 1, Noon, account: "early");
        Assert.Equal([CustomerFactKind.ProfileUpdated], (await lane.RunAsync((Id(902), update))).Cast<CustomerFact>().Select(f => f.Kind));
        var seen = (CustomerFact)Assert.Single(await lane.RunAsync((Id(903), Seen(903, "carol", Noon)), (Id(904), new TransactionDeclined(Id(904), "early", "no", Noon))));
        Assert.Equal(("carol", CustomerFactKind.Observed), (seen.CustomerId, seen.Kind));
        var known = (await lane.RunAsync((Id(905), Profile(905, "dora", 1, Noon, account: "new")))).Cast<CustomerFact>().Select(f => f.Kind);
        Assert.Equal([CustomerFactKind.AccountOpened, CustomerFactKind.ProfileUpdated], known);
        Assert.All(facts, f => Assert.True(ContractErrors.Of(f).None));

        async Task<T> CountAsync<T>(string sql)
        {
            await using var command = source.CreateCommand(sql);
            return (T)(await command.ExecuteScalarAsync())!;
        }

        static (Guid Id, object Body) Completed(int n, string account) => (Id(n), new TransactionCompleted(Id(n), account, "shop", n, "EUR", Noon.AddSeconds(n)));

        static TransactionCompleted Strange() => new(Id(500), "strange", "shop", 0, "?", Noon);
    }

    [Fact]
    public async Task Observation_when_it_is_the_latest_is_offered_for_each_account_and_an_older_one_is_not()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        using var lane = ActivityLane.OfSegments(source);
        await lane.RunAsync([.. Enumerable.Range(1, 25).Select(n => Opened(n, "alice", Noon, $"a{n}"))]);

        var offered = (await lane.RunAsync(Observed(100, "alice", Noon, pages: 7))).OfType<ActivityFeatures>().ToList();
        var late = await lane.RunAsync(Observed(101, "alice", Noon.AddMinutes(-1), pages: 6));

        Assert.Equal(Enumerable.Range(1, 20).Select(n => $"a{n}"), offered.Select(f => f.AccountId));
        Assert.All(offered, f => Assert.Equal(("alice", 7, Noon), (f.CustomerId, f.PagesInSession, f.At)));
        Assert.Equal(20, offered.Select(f => f.ObservationId).Distinct().Count());
        Assert.Empty(late.OfType<ActivityFeatures>());
    }

    [Fact]
    public async Task Customer_when_he_is_erased_is_gone_and_begins_anew_with_the_next_fact()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        using var lane = ActivityLane.OfSegments(source);
        await lane.RunAsync(Opened(1, "alice", Noon), Sent(2, "alice", Noon, 2_000_000));
        var records = new CustomerRecords(source);
        Assert.Equal(["high_value", "new"], (await records.FindAsync("alice", default))!.State.Segments.Select(m => m.Segment));

        await using (var connection = await source.OpenConnectionAsync())
        {
            Assert.True(await records.EraseAsync(connection, "alice", default));
            Assert.False(await records.EraseAsync(connection, "alice", default));
        }
        Assert.Null(await records.FindAsync("alice", default));
        // The lane still has him in memory: that unit does not take effect, and is done again with what there is.
        await Assert.ThrowsAsync<LostRaceException>(() => lane.RunAsync(Sent(3, "alice", Noon, 5)));
        var published = await lane.RunAsync(Sent(3, "alice", Noon, 5));

        Assert.Empty(published.OfType<SegmentChanged>());
        var state = (await records.FindAsync("alice", default))!.State;
        Assert.Equal((0, 1), (state.AccountCount, state.Days.Sum(d => d.Transactions)));
        await using var members = source.CreateCommand("select count(*) from activity.segment_member");
        Assert.Equal(0L, await members.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Changes_when_there_are_many_of_a_customer_are_kept_as_many_as_may_be()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        using var lane = ActivityLane.OfSegments(source);
        var facts = Enumerable.Range(1, 250).Select(n => Updated(n, "alice", Noon, Profile(n, "alice", n, Noon, since: Noon.AddDays(n % 2 == 0 ? -5 : -50)))).ToArray();
        await lane.RunAsync(facts[..125]);
        await lane.RunAsync(facts[125..]);

        var stored = (await new SegmentReader(source).FindAsync("alice", 200, default))!;
        Assert.Equal((249L, 200, 50L), (stored.Sequence, stored.Changes.Count, stored.Changes[^1].Sequence));
        await using var count = source.CreateCommand("select count(*), min(sequence) from activity.segment_change");
        await using var row = await count.ExecuteReaderAsync();
        await row.ReadAsync();
        Assert.Equal((200L, 50L), (row.GetInt64(0), row.Number(1)));
    }
}
