using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Ledger.Reconciliation;

/// <summary>A file that is said to be an external statement.</summary>
/// <param name="Name">What people call it: a file's name.</param>
/// <param name="Format">How it is written.</param>
/// <param name="Days">How many days a line and a posting may be apart where they match by amount alone; as configured when null.</param>
/// <param name="By">Who brings it.</param>
/// <param name="Content">The bytes, read once.</param>
public sealed record StatementFile(string Name, StatementFormat Format, int? Days, string By, Stream Content);

/// <summary>What became of a file: the statement that holds its lines.</summary>
/// <param name="StatementId">The statement.</param>
/// <param name="Repeated">Whether the same bytes were imported before: nothing was matched again.</param>
public sealed record StatementImported(Guid StatementId, bool Repeated);

/// <summary>
/// Imports statements: lines are streamed into a temporary table as they are read, then matched and kept, all in one transaction. Imports take
/// turns from the matching on.
/// </summary>
public sealed class StatementImporter(NpgsqlDataSource database, ReconciliationOptions options, TimeProvider time)
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxNameLength = 128;

    const int KeptBadRows = 20;
    const int CommandSeconds = 600;

    /// <summary>Imports <paramref name="file"/>; the same bytes again give the first result.</summary>
    /// <exception cref="StatementException">Nothing of the file can be taken; nothing was changed.</exception>
    public async Task<StatementImported> ImportAsync(StatementFile file, CancellationToken cancellationToken)
    {
        var days = file.Days ?? options.Days;
        if (days is < 0 or > ReconciliationOptions.MaxDays)
            throw new ArgumentOutOfRangeException(nameof(file), days, $"days are from 0 to {ReconciliationOptions.MaxDays}");
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(StatementSql.CreateTables);
        using var content = new HashedStream(file.Content);
        var head = new StatementHead();
        var rows = await CopyAsync(connection, file.Format.Rows(content, head), cancellationToken);
        var hash = content.Finish();
        var extent = await ExtentAsync(connection, head, cancellationToken);

        await ExecuteAsync(StatementSql.Lock);
        var now = Instants.Stored(time.GetUtcNow());
        var id = Guid.CreateVersion7(now);
        var inserted = await ExecuteAsync(
            StatementSql.InsertStatement,
            Of(id), Of(hash), Of(file.Name), Of(file.Format.Name()), Of(extent.Currency), Of(extent.From), Of(extent.To), Of((short)days), Of(rows.Lines),
            Of(rows.Bad), new NpgsqlParameter { Value = JsonSerializer.Serialize(rows.FirstBad, JsonSerializerOptions.Web), NpgsqlDbType = NpgsqlDbType.Jsonb },
            Of(now), Of(file.By));
        if (inserted == 0)
            return new StatementImported(await FirstAsync(connection, hash, cancellationToken), Repeated: true);

        await MatchAsync();
        await ExecuteAsync(StatementSql.KeepLines, Of(id));
        await ExecuteAsync(StatementSql.KeepMatches, Of(id), Of(now));
        await ExecuteAsync(StatementSql.KeepMissing, Of(id), Of(extent.Currency), Of(extent.From), Of(extent.To), Of(rows.Last));
        await transaction.CommitAsync(cancellationToken);
        return new StatementImported(id, Repeated: false);

        async Task MatchAsync()
        {
            await ExecuteAsync(StatementSql.AddWaiting);
            await ExecuteAsync("analyze recon_line");
            await ExecuteAsync(StatementSql.AddPostings, Of(Start(extent.Earliest.AddDays(-days))), Of(Start(extent.Latest.AddDays(days + 1))));
            await ExecuteAsync("analyze recon_posting");
            await ExecuteAsync(StatementSql.AddEdges);
            await ExecuteAsync("analyze recon_edge");
            while (await ExecuteAsync(StatementSql.MatchExactly) > 0)
                await ExecuteAsync("analyze recon_match");
            await ExecuteAsync(StatementSql.FindDifferences);
            await ExecuteAsync(StatementSql.FindSpokenOf);
            await ExecuteAsync(StatementSql.MatchByAmount, Of(days));
        }

        async Task<int> ExecuteAsync(string sql, params NpgsqlParameter[] parameters)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = CommandSeconds };
            command.Parameters.AddRange(parameters);
            return await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    async Task<Rows> CopyAsync(NpgsqlConnection connection, IEnumerable<StatementRow> rows, CancellationToken cancellationToken)
    {
        var (lines, bad, last) = (0, 0, 0);
        var firstBad = new List<BadRow>();
        await using var copy = await connection.BeginBinaryImportAsync(StatementSql.CopyLines, cancellationToken);
        foreach (var row in rows)
        {
            last = row.Number;
            if (row.Error is { } error)
            {
                if (firstBad.Count < KeptBadRows)
                    firstBad.Add(error);
                if (++bad > options.MaxBadRows)
                    throw new StatementException(StatementException.Codes.TooManyBadRows, $"more than {options.MaxBadRows} rows cannot be read", firstBad);
            }
            else
            {
                lines++;
                await WriteAsync(copy, row.Line!, cancellationToken);
            }
            if (lines + bad > options.MaxLines)
                throw new StatementException(StatementException.Codes.TooManyLines, $"a statement has at most {options.MaxLines} lines");
        }
        await copy.CompleteAsync(cancellationToken);
        return new Rows(lines, bad, last, firstBad);
    }

    static async Task WriteAsync(NpgsqlBinaryImporter copy, StatementLine line, CancellationToken cancellationToken)
    {
        await copy.StartRowAsync(cancellationToken);
        await copy.WriteAsync(line.Number, NpgsqlDbType.Integer, cancellationToken);
        await copy.WriteAsync(line.AmountMinor, NpgsqlDbType.Bigint, cancellationToken);
        await copy.WriteAsync(line.BookedOn, NpgsqlDbType.Date, cancellationToken);
        await copy.WriteAsync(line.Currency, NpgsqlDbType.Text, cancellationToken);
        await copy.WriteAsync(line.Reference, NpgsqlDbType.Text, cancellationToken);
        if (line.Text is { } text)
            await copy.WriteAsync(text, NpgsqlDbType.Text, cancellationToken);
        else
            await copy.WriteNullAsync(cancellationToken);
        if (ReferenceIds.Of(line.Reference) is { Count: > 0 } ids)
            await copy.WriteAsync(ids.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Uuid, cancellationToken);
        else
            await copy.WriteNullAsync(cancellationToken);
    }

    static async Task<Extent> ExtentAsync(NpgsqlConnection connection, StatementHead head, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(StatementSql.Extent, connection) { CommandTimeout = CommandSeconds };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        DateOnly? earliest = reader.IsDBNull(1) ? null : reader.GetFieldValue<DateOnly>(1);
        DateOnly? latest = reader.IsDBNull(2) ? null : reader.GetFieldValue<DateOnly>(2);
        if ((head.Currency ?? (reader.Text(0))) is not { } currency
            || (head.From ?? earliest) is not { } from || (head.To ?? latest) is not { } to)
            throw new StatementException(StatementException.Codes.NoLines, "no line can be read, and no period and currency either");
        if (from > to)
            throw new StatementException(StatementException.Codes.BadPeriod, "the period ends before it begins");
        return new Extent(currency, from, to, earliest < from ? earliest.Value : from, latest > to ? latest.Value : to);
    }

    static async Task<Guid> FirstAsync(NpgsqlConnection connection, byte[] hash, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(StatementSql.FindStatement, connection) { Parameters = { Of(hash) } };
        return (Guid)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };

    static DateTimeOffset Start(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    // Last: the number of the last row, good or bad.
    sealed record Rows(int Lines, int Bad, int Last, IReadOnlyList<BadRow> FirstBad);

    // Currency and period of the statement; earliest and latest of it and its lines.
    sealed record Extent(string Currency, DateOnly From, DateOnly To, DateOnly Earliest, DateOnly Latest);
}
