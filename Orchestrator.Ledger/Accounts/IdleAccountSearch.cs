using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Messaging.Outbox;
using Orchestrator.Messaging.Wire;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Ledger.Accounts;

/// <summary>
/// Looks for open accounts on which nothing has happened for long, and publishes an <see cref="AccountIdle"/> for each. It goes through all accounts by
/// their ids in small transactions, and looks up the last event of each by its key. Where it has come to is kept, so a search that was
/// stopped goes on from there; of several that run at once one works. What is found again has the same message id, and changes nothing.
/// </summary>
/// <param name="database">Where accounts and events are.</param>
/// <param name="outbox">How it publishes.</param>
/// <param name="catalog">The messages.</param>
/// <param name="options">When an account is idle.</param>
/// <param name="time">The clock.</param>
public sealed class IdleAccountSearch(
    NpgsqlDataSource database, IEdgeOutbox outbox, MessageCatalog catalog, IOptions<IdleAccountOptions> options, TimeProvider time)
{
    /// <summary>Where its messages come from, as they say.</summary>
    public const string Source = "/orchestrator/ledger/idle-accounts";

    /// <summary>The most accounts of one transaction.</summary>
    internal const int AccountsAtOnce = 1_000;

    /// <summary>The most transactions of one run; the next goes on behind them.</summary>
    internal const int StepsOfARun = 2_000;

    const string FindIdle = """
        with page as materialized (
            select account_id, version, status from ledger.account where account_id > $1 and kind = 0 order by account_id limit $2
        )
        select p.account_id, p.version, e.recorded_at from page p
        left join ledger.event e on p.status = 0 and e.account_id = p.account_id and e.version = p.version and e.recorded_at <= $3
        order by p.account_id
        """;

    /// <summary>
    /// Goes through the accounts once, or on from where the last run was stopped; at once over when another process does.
    /// </summary>
    /// <returns>How many idle accounts were told.</returns>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var told = 0;
        for (var step = 0; step < StepsOfARun; step++)
        {
            var (found, ended) = await StepAsync(cancellationToken);
            told += found;
            if (ended)
                break;
        }
        return told;
    }

    async Task<(int Found, bool Ended)> StepAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await TakeTurnAsync(connection, cancellationToken) is not { } after)
            return (0, Ended: true);
        var now = time.GetUtcNow();
        var (idle, last, looked) = await FindAsync(connection, after, now, cancellationToken);
        var ended = looked < AccountsAtOnce;
        await ExecuteAsync(
            connection, "update ledger.idle_search set after_id = $1, rounds = rounds + $2, moved_at = $3", cancellationToken,
            Of(ended ? "" : last), Of(ended ? 1L : 0L), Of(now));
        var receipt = idle.Count == 0 ? null : await outbox.AddAsync(connection, transaction, idle, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (receipt is not null)
            await outbox.PublishAsync(receipt, cancellationToken);
        return (idle.Count, ended);
    }

    static async Task<string?> TakeTurnAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select after_id from ledger.idle_search for update skip locked", connection);
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    async Task<(IReadOnlyList<OutgoingMessage> Idle, string Last, int Looked)> FindAsync(
        NpgsqlConnection connection, string after, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(FindIdle, connection)
        {
            Parameters = { Of(after), Of(AccountsAtOnce), Of(now - options.Value.DormantAfter) },
        };
        var idle = new List<OutgoingMessage>();
        var (last, looked) = (after, 0);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            (last, looked) = (rows.GetString(0), looked + 1);
            if (await rows.IsDBNullAsync(2, cancellationToken))
                continue;
            var message = new AccountIdle(last, rows.GetFieldValue<DateTimeOffset>(2), now);
            idle.Add(OutgoingMessage.Of(catalog.Of(typeof(AccountIdle)), message, LedgerIds.IdleOf(last, rows.GetInt64(1)), Source, now));
        }
        return (idle, last, looked);
    }
}
