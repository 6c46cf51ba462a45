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
public sealed record StoredAlert(
    Guid AlertId, Guid CaseId, string AccountId, string Kind, int Score, DateTimeOffset RaisedAt, Guid? TransactionId, IReadOnlyList<string> Reasons);

/// <summary>Reads alerts.</summary>
public sealed class AlertReader(NpgsqlDataSource database)
{
    /// <summary>The most of one page.</summary>
    public const int MaxPage = 500;

    /// <summary>The most alerts that one page looks at.</summary>
    public const int MaxLooked = 10_000;

    internal const string Columns = "alert_id, case_id, account_id, kind, score, raised_at, transaction_id, reasons";

    /// <summary>Alerts, the newest first. A page looks at <see cref="MaxLooked"/> of the account at most, so with a kind it may be short and not the last.</summary>
    /// <param name="account">Of this account; of all when null.</param>
    /// <param name="kind">Of this kind; of all when null.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="limit">From 1 to <see cref="MaxPage"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<(IReadOnlyList<StoredAlert> Items, TimeCursor? Next)> ListAsync(
        string? account, string? kind, TimeCursor? after, int limit, CancellationToken cancellationToken)
    {
        var look = kind is null ? limit : MaxLooked;
        var start = after ?? TimeCursor.Newest;
        await using var command = database.CreateCommand(
            $"""
            select {Columns} from casework.alert
            where (raised_at, alert_id) < ($1, $2){(account is null ? "" : " and account_id = $4")}
            order by raised_at desc, alert_id desc limit $3
            """);
        command.Parameters.AddRange(new NpgsqlParameter[] { Statements.Of(start.At), Statements.Of(start.Id), Statements.Of(look) });
        if (account is not null)
            command.Parameters.Add(Statements.Of(account));
        var items = new List<StoredAlert>();
        var (looked, last) = (0, default(TimeCursor));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (items.Count < limit && await rows.ReadAsync(cancellationToken))
        {
            var alert = Read(rows);
            (looked, last) = (looked + 1, new TimeCursor(alert.RaisedAt, alert.AlertId));
            if (kind is null || alert.Kind == kind)
                items.Add(alert);
        }
        return (items, items.Count == limit || looked == look ? last : null);
    }

    internal static StoredAlert Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetString(3), row.GetInt16(4), row.GetFieldValue<DateTimeOffset>(5), row.Id(6),
        JsonSerializer.Deserialize<string[]>(row.GetString(7))!);
}
