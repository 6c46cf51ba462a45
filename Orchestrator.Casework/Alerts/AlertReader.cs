using System.Text.Json;
using Npgsql;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Casework.Alerts;

/// <summary>An alert as it is stored.</summary>
/// <param name="AlertId">Its id.</param>
/// <param name="CaseId">The case that it opened or joined.</param>
/// <param name="AccountId">The account that it is about.</param>
/// <param name="Kind">Its stable name, for instance <c>fraud_review</c>.</param>
/// <param name="Score">0 to 1000.</param>
/// <param name="RaisedAt">When, UTC.</param>
/// <param name="TransactionId">The transaction that raised it.</param>
/// <param name="Reasons">Sentences for people.</param>
/// <param name="GroupId">The first alert of its group: of the same kind, about the same account, within some time.</param>
/// <param name="Group">The group, where alerts are listed by groups and this is the first of one.</param>
public sealed record StoredAlert(
    Guid AlertId, Guid CaseId, string AccountId, string Kind, int Score, DateTimeOffset RaisedAt, Guid? TransactionId,
    IReadOnlyList<string> Reasons, Guid GroupId, AlertGroup? Group = null);

/// <summary>Alerts of the same kind about the same account, within some time.</summary>
/// <param name="Alerts">How many they are.</param>
/// <param name="Score">The highest of their scores.</param>
/// <param name="LastAt">When the last of them was raised, UTC.</param>
public sealed record AlertGroup(int Alerts, int Score, DateTimeOffset LastAt);

/// <summary>Which alerts.</summary>
/// <param name="AccountId">About this account; about all when null.</param>
/// <param name="Kind">Of this kind; of all when null.</param>
/// <param name="CaseId">Of this case; of all when null.</param>
/// <param name="From">Raised then or later, UTC.</param>
/// <param name="To">Raised before then, UTC.</param>
/// <param name="MinScore">Of this score or a higher one.</param>
/// <param name="Grouped">Whether only the first of each group is listed, with the group.</param>
public sealed record AlertFilter(
    string? AccountId = null, string? Kind = null, Guid? CaseId = null, DateTimeOffset? From = null, DateTimeOffset? To = null, int? MinScore = null, bool Grouped = false);


/// <summary>Reads alerts.</summary>
public sealed class AlertReader(NpgsqlDataSource database)
{
    /// <summary>The most of one page.</summary>
    public const int MaxPage = 500;

    /// <summary>The most alerts that one page looks at.</summary>
    public const int MaxLooked = 10_000;

    /// <summary>How many one page looks at.</summary>
    internal int Looked { get; init; } = MaxLooked;

    internal const string Columns = "alert_id, case_id, account_id, kind, score, raised_at, transaction_id, reasons, group_id";

    const int ColumnCount = 9;

    /// <summary>Alerts, the newest first. A page looks at <see cref="MaxLooked"/> at most, so with a filter that no index serves it may be short and not the last.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="limit">From 1 to <see cref="MaxPage"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<(IReadOnlyList<StoredAlert> Items, TimeCursor? Next)> ListAsync(
        AlertFilter filter, TimeCursor? after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = AlertListing.Of(filter, after, limit, Looked);
        command.Connection = connection;
        var items = new List<StoredAlert>();
        var last = default(TimeCursor);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (items.Count < limit && await rows.ReadAsync(cancellationToken))
        {
            var alert = Read(rows);
            last = new TimeCursor(alert.RaisedAt, alert.AlertId);
            if (rows.GetBoolean(ColumnCount))
            {
                items.Add(filter.Grouped
                    ? alert with { Group = new AlertGroup(rows.GetInt32(ColumnCount + 2), rows.GetInt16(ColumnCount + 3), rows.GetFieldValue<DateTimeOffset>(ColumnCount + 4)) }
                    : alert);
            }
            if (rows.GetBoolean(ColumnCount + 1))
                return (items, last);
        }
        return (items, items.Count == limit ? last : null);
    }

    internal static StoredAlert Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetString(3), row.GetInt16(4), row.GetFieldValue<DateTimeOffset>(5), row.Id(6),
        JsonSerializer.Deserialize<string[]>(row.GetString(7))!, row.GetGuid(8));
}
