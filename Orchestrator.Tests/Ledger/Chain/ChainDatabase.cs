using Npgsql;
using Orchestrator.Ledger.Chain;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Ledger.Chain;

/// <summary>A ledger with chains, and the means of somebody who may do anything to its tables.</summary>
public abstract class ChainDatabase(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    /// <summary>Seven events of alice in lane 0, two of bob in lane 1.</summary>
    protected async Task FillAsync()
    {
        await new LedgerLane(Database).RunAsync(
            Commands.Open("alice", 1_000), Commands.Hold(1, "alice", 300), Commands.Capture(3, "alice", hold: 1),
            Commands.Hold(4, "alice", 50), Commands.Release(5, "alice", hold: 4), Commands.Hold(6, "alice", 70));
        await new LedgerLane(Database, partition: 1).RunAsync(Commands.Open("bob"), Commands.Credit(2, "bob", 300));
    }

    /// <summary>Changes rows past every trigger.</summary>
    protected Task TamperAsync(string sql) => ExecuteAsync($"begin; set local session_replication_role = replica; {sql}; commit");

    protected Task<ChainHeads> HeadsAsync() => new ChainHeadReader(Database).ReadAsync(CancellationToken.None);

    protected Task<ChainReport> VerifyAsync(params IReadOnlyList<ChainHeads> exported) =>
        new ChainVerifier(Database, TimeProvider.System).RunAsync(exported, progress: null, CancellationToken.None);

    /// <summary>What somebody does who knows how chains are made: computes a lane's anew over the rows as they are now.</summary>
    protected async Task RewriteAsync(short lane)
    {
        var hasher = new EventHasher();
        var last = ChainLink.Genesis((await HeadsAsync()).ChainId, lane);
        var rewritten = new List<ChainLink>();
        await using (var command = Database.CreateCommand(ChainVerifier.Rows))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                var row = ChainVerifier.Row(reader);
                if (row.Lane == lane)
                    rewritten.Add(last = new ChainLink(lane, row.Sequence, hasher.Next(last.Hash, row)));
            }
        }
        foreach (var link in rewritten)
            await TamperAsync($"update ledger.event set hash = '\\x{Convert.ToHexString(link.Hash)}' where lane = {lane} and lane_sequence = {link.Sequence}");
        await TamperAsync($"update ledger.chain set sequence = {last.Sequence}, hash = '\\x{Convert.ToHexString(last.Hash)}' where lane = {lane}");
    }

    protected async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
