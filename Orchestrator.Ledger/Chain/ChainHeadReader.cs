using System.Data;
using Npgsql;

namespace Orchestrator.Ledger.Chain;

/// <summary>Reads the heads of all chains as they are committed.</summary>
public sealed class ChainHeadReader(NpgsqlDataSource database)
{
    /// <summary>All heads, of one instant.</summary>
    /// <exception cref="ChainOriginMissingException">The row that all chains begin with is gone.</exception>
    public async Task<ChainHeads> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        return await ReadAsync(connection, cancellationToken);
    }

    /// <summary>All heads as the connection's transaction sees them.</summary>
    internal static async Task<ChainHeads> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("select chain_id, current_database()::text, now(), events_before from ledger.chain_origin"),
                new("select lane, sequence, hash from ledger.chain order by lane"),
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            throw new ChainOriginMissingException();
        var (chainId, name, at, before) = (reader.GetGuid(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetInt64(3));
        await reader.NextResultAsync(cancellationToken);
        var lanes = new List<LaneHead>();
        while (await reader.ReadAsync(cancellationToken))
            lanes.Add(LaneHead.Of(new ChainLink(reader.GetInt16(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2))));
        return new ChainHeads(chainId, name, at, before, lanes);
    }
}

/// <summary>ledger.chain_origin has no row: somebody has removed what every chain begins with.</summary>
public sealed class ChainOriginMissingException() : Exception("ledger.chain_origin has no row: what every chain begins with is gone");
