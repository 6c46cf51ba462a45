using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Activity.Customers;

/// <summary>Whose the accounts of a lane are: what was used of late in memory, all in <c>activity.account_owner</c>.</summary>
sealed class AccountOwners(NpgsqlDataSource database, int capacity)
{
    readonly RecentlyUsed<AccountOwner> _known = new(capacity);
    readonly HashSet<AccountOwner> _owned = [];
    readonly HashSet<AccountOwner> _freed = [];
    readonly HashSet<AccountOwner> _waiting = [];

    /// <summary>Reads, in one query, those that are not in memory.</summary>
    public async ValueTask LoadAsync(IEnumerable<string> accounts, CancellationToken cancellationToken)
    {
        var unknown = accounts.Where(a => !_known.TryGet(a, out _)).Distinct(StringComparer.Ordinal).ToArray();
        if (unknown.Length == 0)
            return;
        await using var command = database.CreateCommand(
            """
            select a.account_id, o.customer_id, w.facts::text, coalesce(w.dropped, 0)
            from unnest($1) as a (account_id)
            left join activity.account_owner o on o.account_id = a.account_id
            left join activity.account_waiting w on w.account_id = a.account_id
            """);
        command.Parameters.Add(PgArray.Of(NpgsqlDbType.Text, unknown));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var waiting = rows.Text(2) is { } facts ? JsonSerializer.Deserialize(facts, CustomerJson.Default.ListWaitingFact) : null;
            _known.Set(rows.GetString(0), AccountOwner.Stored(rows.GetString(0), rows.Text(1), waiting, rows.GetInt32(3)));
        }
    }

    /// <summary>Whose an account is. It was asked for in <see cref="LoadAsync"/>.</summary>
    public AccountOwner Of(string account) =>
        _known.TryGet(account, out var owner) ? owner : throw new InvalidOperationException("an account was not read before its message was handled");

    /// <summary>Somebody owns an account, if nobody did.</summary>
    /// <returns>What has waited for it; null when the owner was known.</returns>
    public IReadOnlyList<WaitingFact>? Own(AccountOwner account, string customerId)
    {
        if (account.CustomerId is not null)
            return null;
        _owned.Add(account);
        _waiting.Remove(account);
        var waited = account.Own(customerId);
        if (waited.Count > 0)
            _freed.Add(account);
        return waited;
    }

    /// <summary>Something waits until the owner is known.</summary>
    public void Wait(AccountOwner account, WaitingFact fact)
    {
        if (account.Wait(fact))
            _waiting.Add(account);
    }

    /// <summary>Hands over what has changed.</summary>
    public void Write(UnitOfWork work)
    {
        if (_owned.Count > 0)
            work.WriteRows(Insert([.. _owned], work.Now));
        if (_freed.Count > 0)
            work.WriteRows(Delete([.. _freed]));
        if (_waiting.Count > 0)
            work.WriteRows(Store([.. _waiting], work.Now));
    }

    /// <summary>What was handed over is stored.</summary>
    public void Committed()
    {
        Forget();
        _known.Trim();
    }

    /// <summary>Nothing was stored.</summary>
    public void RolledBack()
    {
        Forget();
        _known.Clear();
    }

    void Forget()
    {
        _owned.Clear();
        _freed.Clear();
        _waiting.Clear();
    }

    static NpgsqlBatchCommand Insert(List<AccountOwner> rows, DateTimeOffset now) => new(
        "insert into activity.account_owner (account_id, customer_id, known_at) select * from unnest($1, $2, $3) on conflict do nothing")
    {
        Parameters =
        {
            PgArray.Column(rows, NpgsqlDbType.Text, a => a.AccountId),
            PgArray.Column(rows, NpgsqlDbType.Text, a => a.CustomerId!),
            PgArray.Column(rows, NpgsqlDbType.TimestampTz, _ => now.UtcDateTime),
        },
    };

    static NpgsqlBatchCommand Delete(List<AccountOwner> rows) => new(
        "delete from activity.account_waiting w using unnest($1) as g (account_id) where w.account_id = g.account_id")
    {
        Parameters = { PgArray.Column(rows, NpgsqlDbType.Text, a => a.AccountId) },
    };

    static NpgsqlBatchCommand Store(List<AccountOwner> rows, DateTimeOffset now) => new(
        """
        insert into activity.account_waiting (account_id, facts, dropped, changed_at) select account_id, facts::json, dropped, changed_at
        from unnest($1, $2, $3, $4) as g (account_id, facts, dropped, changed_at)
        on conflict (account_id) do update set facts = excluded.facts, dropped = excluded.dropped, changed_at = excluded.changed_at
        """)
    {
        Parameters =
        {
            PgArray.Column(rows, NpgsqlDbType.Text, a => a.AccountId),
            PgArray.Column(rows, NpgsqlDbType.Text, a => JsonSerializer.Serialize([.. a.Waiting], CustomerJson.Default.ListWaitingFact)),
            PgArray.Column(rows, NpgsqlDbType.Integer, a => a.Dropped),
            PgArray.Column(rows, NpgsqlDbType.TimestampTz, _ => now.UtcDateTime),
        },
    };
}
