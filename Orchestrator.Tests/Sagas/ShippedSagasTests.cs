using System.Text.Json;
using Npgsql;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Messaging.Schema;
using Orchestrator.Sagas.TransactionSagas;
using Orchestrator.Tests.Approved;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Sagas.TransactionMessages;

namespace Orchestrator.Tests.Sagas;

/// <summary>
/// Transactions that the machine of version 1 has begun, in every state and with every command that it had sent: the rows are its own, written by it and committed as a file. They
/// are put into a database of its schema, the migrations of after it are applied, and the present machine takes each to its end.
/// </summary>
public sealed class ShippedSagasTests(TestInfrastructure infrastructure)
{
    const string Shipped = "Orchestrator.Tests/Sagas/Shipped/transaction-sagas.v1.jsonl";
    const string LastOfVersion1 = "migrations/0061_reviews.sql";
    const int MostSteps = 40;

    static readonly List<ShippedSaga> Sagas =
        [.. ApprovedText.Read(Shipped).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => ShippedSaga.Read(JsonDocument.Parse(line).RootElement))];

    [Fact]
    public async Task Sagas_of_version_1_when_the_present_machine_takes_over_end_as_they_would_have_and_nothing_is_asked_for_under_another_id()
    {
        await using var database = await MigratedAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var provider = await SagaPipeline.StartAsync(FraudDefault.Decline, source);
        var reader = new TransactionReader(source, new(new TransactionSagaMap()));

        foreach (var shipped in Sagas)
        {
            var lane = await OpenAsync(provider, source, shipped);
            await DriveAsync(lane, await reader.FindAsync(shipped.Id, CancellationToken.None) ?? throw new InvalidOperationException("it is not there"));

            var ended = (await reader.FindAsync(shipped.Id, CancellationToken.None))!;
            Assert.Equal((shipped.Situation, shipped.ExpectedEnd), (shipped.Situation, ended.CurrentState));
            Assert.Empty(lane.Timers);
            // What version 1 has asked for already is asked for again under the same id, or not at all; but for what it knew to be refused.
            foreach (var command in lane.Published.OfType<ILedgerCommand>())
            {
                var (type, id) = (command.GetType().Name, command.CommandId);
                if (shipped.Situation.StartsWith("Releasing, refused", StringComparison.Ordinal))
                    Assert.Equal(StepIds.Of(shipped.Id, "release:1"), id);
                else if (shipped.Commands.Any(c => c.StartsWith(type, StringComparison.Ordinal)))
                    Assert.Contains($"{type} {id}", shipped.Commands);
            }
        }

        await using var tally = source.CreateCommand(
            """
            select count(*) from (select state, count(*) from sagas.transaction group by state) as counted (state, number)
            full join (select state, sum(count) from sagas.tally group by state) as told (state, number) on told.state = counted.state
            where coalesce(counted.number, 0) <> coalesce(told.number, 0)
            """);
        Assert.Equal(0L, await tally.ExecuteScalarAsync());
        await using var versions = source.CreateCommand("select count(*) filter (where machine_version = 2), count(*) filter (where machine_version = 1) from sagas.transaction");
        await using (var row = await versions.ExecuteReaderAsync())
        {
            Assert.True(await row.ReadAsync());
            // What has ended is not touched until somebody asks something of it.
            Assert.Equal((Sagas.Count(s => !s.HasEnded), Sagas.Count(s => s.HasEnded)), (row.GetInt64(0), row.GetInt64(1)));
        }
        await StartedBus.StopAsync(provider);
    }

    [Fact]
    public async Task Saga_of_version_1_when_it_had_completed_can_be_reversed()
    {
        await using var database = await MigratedAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var provider = await SagaPipeline.StartAsync(FraudDefault.Decline, source);
        foreach (var shipped in Sagas.Where(s => s.Situation.StartsWith("Completed", StringComparison.Ordinal)))
        {
            var lane = await OpenAsync(provider, source, shipped);

            var reverse = Assert.IsType<Reverse>(Assert.Single(await lane.TakeAsync(ReversalAsked(id: shipped.Id))));
            Assert.Equal((StepIds.Of(shipped.Id, "credit"), StepIds.Of(shipped.Id, "reverse")), (reverse.CreditId, reverse.CommandId));
            await lane.TakeAsync(new TransferPosted(reverse.CommandId, reverse.TransactionId, "alice", lane.Now, HoldAndCredit));

            Assert.Equal(("Reversed", TransactionSaga.PresentVersion), (lane.Find(shipped.Id)!.CurrentState, lane.Find(shipped.Id)!.MachineVersion));
        }
        await StartedBus.StopAsync(provider);
    }

    [Fact]
    public void Sagas_of_version_1_are_of_every_state_that_it_had() => Assert.Equal(
        ["Assessing", "AwaitingSubmission", "Compensated", "Completed", "Declined", "Held", "Holding", "NeverSubmitted", "Posting", "Releasing", "Voided"],
        Sagas.Select(s => s.State).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    // A person releases what is held, the ledger answers what it is asked, and where nothing was asked the timer has it asked again.
    static async Task DriveAsync(TransactionLane lane, TransactionSaga saga)
    {
        var id = saga.CorrelationId;
        if (saga.AmountMinor is null)
            await lane.TakeAsync(Submitted(id));
        var answered = 0;
        for (var steps = 0; steps < MostSteps; steps++)
        {
            if (lane.Find(id) is { } now && TransactionStates.HasEnded(now.CurrentState))
                return;
            if (answered < lane.Published.Count)
            {
                if (lane.Published[answered++] is ILedgerCommand command)
                    await lane.TakeAsync(Reply(command, id));
                continue;
            }
            switch ((lane.Find(id) ?? saga).CurrentState)
            {
                case "Assessing":
                    await lane.TakeAsync(Assessed(id: id));
                    break;
                case "Held":
                    await lane.TakeAsync(Reviewed(id: id));
                    break;
                default:
                    if (lane.Timers.MinBy(t => t.DueAt) is not { } timer)
                        return;
                    await lane.WaitAsync(timer.DueAt > lane.Now ? timer.DueAt - lane.Now : TimeSpan.Zero);
                    break;
            }
        }
    }

    static ILedgerReply Reply(ILedgerCommand command, Guid id) => command switch
    {
        PlaceHold { Onward: null } c => new HoldPlaced(c.CommandId, id, c.CommandId, "alice", Noon),
        PlaceHold c => new HoldCaptured(c.Onward.CaptureId, id, c.CommandId, "alice", Noon, HoldAndCredit),
        Credit c => new HoldCaptured(c.Onward!.CaptureId, id, c.Onward.HoldId, "alice", Noon, HoldAndCredit),
        ReleaseHold c => new HoldReleased(c.CommandId, id, c.HoldId, "alice", Noon),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command.GetType(), "not a command of version 1"),
    };

    static async Task<TransactionLane> OpenAsync(IServiceProvider provider, NpgsqlDataSource source, ShippedSaga shipped)
    {
        var processor = SagaPipeline.Processor(provider);
        await processor.OpenAsync(CancellationToken.None);
        var lane = new TransactionLane(processor, source);
        lane.BeAway(shipped.UpdatedAt - lane.Now);
        if (shipped.Timer is var (token, dueAt))
            lane.Restore(token, dueAt, new TransactionDeadline(shipped.Id, "alice"));
        return lane;
    }

    async Task<TestDatabase> MigratedAsync()
    {
        var database = await infrastructure.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        var migrations = await Migrations.PendingAsync(source, CancellationToken.None);
        foreach (var before in migrations.Where(m => string.CompareOrdinal(m, LastOfVersion1) <= 0))
            await ApplyAsync(source, before);
        foreach (var shipped in Sagas)
        {
            await using var insert = source.CreateCommand("insert into sagas.transaction select * from jsonb_populate_record(null::sagas.transaction, $1::jsonb)");
            insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = shipped.Row });
            Assert.Equal(1, await insert.ExecuteNonQueryAsync());
        }
        await using (var tally = source.CreateCommand("insert into sagas.tally select 0, state, count(*) from sagas.transaction group by state"))
            await tally.ExecuteNonQueryAsync();
        foreach (var after in migrations.Where(m => string.CompareOrdinal(m, LastOfVersion1) > 0))
            await ApplyAsync(source, after);
        return database;
    }

    static async Task ApplyAsync(NpgsqlDataSource source, string migration)
    {
        using var script = new StreamReader(typeof(Migrations).Assembly.GetManifestResourceStream(migration)!);
        await using var command = source.CreateCommand(await script.ReadToEndAsync());
        await command.ExecuteNonQueryAsync();
    }

    sealed record ShippedSaga(
        string Situation, Guid Id, string State, DateTimeOffset UpdatedAt, (Guid Token, DateTimeOffset DueAt)? Timer, IReadOnlyList<string> Commands, string Row)
    {
        public bool HasEnded => TransactionStates.HasEnded(State);

        public string ExpectedEnd => Situation switch
        {
            "AwaitingSubmission, declined" => "Declined",
            "AwaitingSubmission, cancelled" or "Holding, cancelled" or "Releasing, after a cancellation" or "Voided" => "Voided",
            "Releasing, after an expired review" or "Releasing, after confirmed fraud" or "Declined" or "Declined, without funds" => "Declined",
            _ when State is "Releasing" or "Compensated" => "Compensated",
            _ => "Completed",
        };

        public static ShippedSaga Read(JsonElement line)
        {
            var row = line.GetProperty("row");
            (Guid, DateTimeOffset)? timer = row.GetProperty("timer_due_at").ValueKind is JsonValueKind.Null
                ? null
                : (row.GetProperty("timer_token").GetGuid(), row.GetProperty("timer_due_at").GetDateTimeOffset());
            return new ShippedSaga(
                line.GetProperty("situation").GetString()!, row.GetProperty("transaction_id").GetGuid(), row.GetProperty("state").GetString()!,
                row.GetProperty("updated_at").GetDateTimeOffset(), timer, [.. line.GetProperty("commands").EnumerateArray().Select(c => c.GetString()!)], row.GetRawText());
        }
    }
}
