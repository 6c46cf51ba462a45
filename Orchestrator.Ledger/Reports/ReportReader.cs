using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts;
using Orchestrator.Ledger.Projections;

namespace Orchestrator.Ledger.Reports;

/// <summary>Reads regulatory reports from the read model, a day at a time, with the thresholds as they are now.</summary>
public sealed class ReportReader(NpgsqlDataSource database, IProjectionSchemas schemas, IOptions<ReportOptions> options, CurrencyScales currencies)
{
    /// <summary>The most rows of one page.</summary>
    public const int MaxPage = 1_000;

    // Only days on which something happened are looked at.
    const string DaysSql = "select distinct day from {0}.day_total where day >= $1 and day <= $2 order by day";

    /// <summary>Where the read model is; null while it is not built.</summary>
    public ValueTask<string?> SchemaAsync(CancellationToken cancellationToken) =>
        schemas.ActiveSchemaAsync(ReportsProjection.ProjectionName, cancellationToken);

    /// <summary>A page, by day and then by account (totals by currency).</summary>
    /// <param name="schema">As <see cref="SchemaAsync"/> gave it.</param>
    /// <param name="report">Which.</param>
    /// <param name="range">The days.</param>
    /// <param name="after">The <c>next</c> of the page before; null for the first.</param>
    /// <param name="limit">From 1 to <see cref="MaxPage"/>.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<ReportPage> PageAsync(
        string schema, ReportDefinition report, ReportRange range, ReportCursor? after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        var rows = new List<ReportRow>(limit + 1);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        foreach (var day in await DaysAsync(connection, schema, after is null ? range : range with { From = after.Day }, cancellationToken))
        {
            var key = after is not null && day == after.Day ? after.Key : null;
            // One more than asked for: whether there is a next page.
            rows.AddRange(await DayAsync(connection, schema, report, day, key, limit + 1 - rows.Count, cancellationToken));
            if (rows.Count > limit)
                break;
        }
        var page = rows.Take(limit).ToList();
        return new ReportPage(page, rows.Count > limit ? page[^1].Cursor : null);
    }

    /// <summary>Every row, in pieces of at most <see cref="MaxPage"/>; no connection is held between them.</summary>
    public async IAsyncEnumerable<IReadOnlyList<ReportRow>> AllAsync(
        string schema, ReportDefinition report, ReportRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = default(ReportCursor);
        do
        {
            var page = await PageAsync(schema, report, range, after, MaxPage, cancellationToken);
            yield return page.Rows;
            after = page.Next;
        }
        while (after is not null);
    }

    static async Task<List<DateOnly>> DaysAsync(NpgsqlConnection connection, string schema, ReportRange range, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(DaysSql.Replace("{0}", schema, StringComparison.Ordinal), connection);
        command.Parameters.Add(Date(range.From));
        command.Parameters.Add(Date(range.To));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var days = new List<DateOnly>();
        while (await reader.ReadAsync(cancellationToken))
            days.Add(reader.GetFieldValue<DateOnly>(0));
        return days;
    }

    async Task<List<ReportRow>> DayAsync(
        NpgsqlConnection connection, string schema, ReportDefinition report, DateOnly day, string? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(report.Sql(schema), connection);
        command.Parameters.Add(Date(day));
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)after ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        command.Parameters.AddRange(report.Parameters(options.Value, currencies));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<ReportRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var values = new object?[report.Columns.Count];
            for (var i = 0; i < values.Length; i++)
                values[i] = reader.IsDBNull(i) ? null : Value(reader, i, report.Columns[i].Type);
            rows.Add(new ReportRow(values, new ReportCursor(day, reader.GetString(values.Length))));
        }
        return rows;
    }

    static NpgsqlParameter<DateOnly> Date(DateOnly day) => new() { TypedValue = day, NpgsqlDbType = NpgsqlDbType.Date };

    // Sums over many accounts can be more than 64 bits hold.
    static object Value(NpgsqlDataReader reader, int i, string type) => type switch
    {
        "date" => reader.GetFieldValue<DateOnly>(i),
        "instant" => reader.GetFieldValue<DateTimeOffset>(i),
        "integer" => reader.GetFieldValue<decimal>(i),
        "uuid" => reader.GetGuid(i),
        _ => reader.GetString(i),
    };
}

/// <summary>A row of a report.</summary>
/// <param name="Values">In the order of its columns: DateOnly, DateTimeOffset, decimal (whole), Guid, string or null.</param>
/// <param name="Cursor">Where it stands.</param>
public sealed record ReportRow(IReadOnlyList<object?> Values, ReportCursor Cursor);

/// <summary>A page of a report.</summary>
/// <param name="Rows">What is on it.</param>
/// <param name="Next">Where the next page begins; null on the last.</param>
public sealed record ReportPage(IReadOnlyList<ReportRow> Rows, ReportCursor? Next);
