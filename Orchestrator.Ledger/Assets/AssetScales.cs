using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Ledger.Assets;

/// <summary>
/// Keeps in the store which scale each asset was started with. Amounts are whole numbers of the smallest unit, so another scale would change what every account
/// in the asset holds, and an asset that is not configured any more could not be written at all: neither start succeeds while such accounts are there.
/// </summary>
public sealed class AssetScales(NpgsqlDataSource database, IOptions<AssetOptions> options)
{
    const string ChangedSql = """
        select a.code, a.scale, t.scale from ledger.asset a left join unnest($1, $2) as t (code, scale) on t.code = a.code
        where t.scale is distinct from a.scale and exists (select from ledger.account c where c.currency = a.code)
        order by a.code limit 1
        """;

    const string StoreSql = """
        insert into ledger.asset (code, scale) select code, scale from unnest($1, $2) as t (code, scale)
        on conflict (code) do update set scale = excluded.scale where asset.scale <> excluded.scale
        """;

    /// <summary>Compares what is configured with what is stored, and stores what is new.</summary>
    /// <exception cref="AssetScaleException">An asset in which there are accounts has another scale, or is not configured any more.</exception>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var changed = Command(ChangedSql, connection))
        await using (var reader = await changed.ExecuteReaderAsync(cancellationToken))
        {
            if (await reader.ReadAsync(cancellationToken))
                throw new AssetScaleException(reader.GetString(0), reader.GetInt16(1), reader.IsDBNull(2) ? null : reader.GetInt16(2));
        }
        await using (var store = Command(StoreSql, connection))
            await store.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    NpgsqlCommand Command(string sql, NpgsqlConnection connection)
    {
        var assets = options.Value.Assets.OrderBy(a => a.Code, StringComparer.Ordinal).ToList();
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(PgArray.Column(assets, NpgsqlDbType.Text, a => a.Code));
        command.Parameters.Add(PgArray.Column(assets, NpgsqlDbType.Smallint, a => (short)a.Scale!.Value));
        return command;
    }
}

/// <summary>An asset in which there are accounts has another scale than it had, or is not configured any more.</summary>
/// <param name="code">The asset.</param>
/// <param name="stored">The scale it was started with.</param>
/// <param name="configured">The scale it has now; null when it is not configured.</param>
public sealed class AssetScaleException(string code, int stored, int? configured) : Exception(
    $"{AssetOptions.Section}: there are accounts in {code}, whose scale is {stored}; "
    + (configured is { } scale ? $"it cannot become {scale}" : "it cannot be left out"))
{
    /// <summary>The asset.</summary>
    public string Code { get; } = code;
}
