using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Ownership;
using Orchestrator.Messaging.Parking;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Ledger;
using Orchestrator.Tests.Messaging;

namespace Orchestrator.Tests.Parked;

/// <summary>Parked messages of a group whose lanes are the test itself.</summary>
public abstract class ParkedDatabase(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    protected static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    protected FakeTimeProvider Time { get; } = new(Noon);

    private protected LaneMessageReader Reader { get; } = new(MessageCatalog.Contracts);

    protected Redrives Redrives => new(Database, Time);

    protected ParkedEdits Edits => new(Database, Reader, Time);

    protected Redriver RedriverOn(NpgsqlDataSource database) => new(database, Time, NullLogger<Redriver>.Instance);

    /// <summary>Parks transactions, each an id by its number, and gives the id of the first.</summary>
    private protected async Task<long> ParkAsync(string status, string key, params int[] numbers)
    {
        await ExecuteAsync("insert into messaging.lane_group (name) values ('tests') on conflict do nothing");
        var grant = new LaneGrant(new LaneId("tests", 0), await ScalarAsync<short>("select group_id from messaging.lane_group"), 1, new Dictionary<string, long>(StringComparer.Ordinal), 0);
        await using var batch = Database.CreateBatch();
        batch.BatchCommands.Add(ParkedCommands.Insert([.. numbers.Select(n => (grant, Entry(status, key, n)))]));
        await batch.ExecuteNonQueryAsync();
        return await ScalarAsync<long>($"select parked_id from messaging.parked where message_id = '{LaneFixture.Id(numbers[0])}'");
    }

    /// <summary>Takes what the lane was asked for, as a lane does, each time of one that fails again.</summary>
    protected async Task TakeAsync(bool failing = false)
    {
        var due = new List<(long, int)>();
        await using (var command = Database.CreateCommand("select parked_id, revision from messaging.parked where requested is not null order by parked_id"))
        {
            await using var rows = await command.ExecuteReaderAsync();
            while (await rows.ReadAsync())
                due.Add((rows.GetInt64(0), rows.GetInt32(1)));
        }
        foreach (var (parkedId, revision) in due)
        {
            var commands = failing
                ? ParkedCommands.Fail(parkedId, revision, new ParkedCause("handler_failed", "System.InvalidOperationException", "abc", "again"))
                : ParkedCommands.Delete(parkedId, revision, "done");
            await CommitBatch.ExecuteAsync(Database, [.. commands.Select(c => CommitBatch.Step.Of(new UnitWrite(c.Command, c.Rows, IsRows: false)))], CancellationToken.None);
        }
    }

    protected async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>A body by which a transaction is another.</summary>
    private protected static byte[] Body(string key, int number, string metadata = "") => Encoding.UTF8.GetBytes(
        $$"""
        {"transactionId":"{{LaneFixture.Id(number)}}","sourceAccountId":"{{key}}","destinationAccountId":"d","amountMinor":100,"currency":"EUR","kind":"transfer","occurredAt":"2026-01-01T00:00:00Z","metadata":{{(metadata.Length == 0 ? "null" : metadata)}}}
        """);

    ParkedEntry Entry(string status, string key, int number)
    {
        var raw = new RawMessage(Encoding.UTF8.GetBytes(key), Body(key, number), [
            new(CloudEventHeaders.Id, Encoding.UTF8.GetBytes($"{LaneFixture.Id(number)}")),
            new(CloudEventHeaders.Type, "orchestrator.transaction.submitted.v1"u8.ToArray()),
            new(CloudEventHeaders.Source, "/tests"u8.ToArray()),
        ]);
        var cause = status == ParkedStatus.Queued ? ParkedCause.None : new ParkedCause("handler_failed", "System.InvalidOperationException", "abc", "asked to fail");
        return new ParkedEntry(Reader.Read(raw, new MessageOrigin(Topics.Transactions, number), Noon), status, cause, 1);
    }
}
