using Npgsql;
using Orchestrator.Ledger.Storage;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Ledger.Postings;

/// <summary>Reads what became of commands, holds and transfers, as it is committed; each by one or two lookups in an index.</summary>
public sealed class PostingReader(NpgsqlDataSource database)
{
    /// <summary>What became of a command; null when nobody has decided it.</summary>
    public async Task<CommandView?> FindCommandAsync(Guid commandId, CancellationToken cancellationToken) =>
        (await FindCommandsAsync([commandId], cancellationToken)).GetValueOrDefault(commandId);

    /// <summary>What became of commands, by id; those that nobody has decided are not there.</summary>
    public async Task<IReadOnlyDictionary<Guid, CommandView>> FindCommandsAsync(IReadOnlyCollection<Guid> commandIds, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            select command_id, type, account_id, version, amount_minor, recorded_at, null from ledger.event where command_id = any ($1)
            union all
            select command_id, null, null, null, null, decided_at, reason from ledger.refusal where command_id = any ($1)
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. commandIds] });
        var found = new Dictionary<Guid, CommandView>(commandIds.Count);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var (id, at) = (row.GetGuid(0), row.GetFieldValue<DateTimeOffset>(5));
            found[id] = await row.IsDBNullAsync(1, cancellationToken)
                ? new CommandView(id, CommandState.Refused, at, Reason: row.GetString(6))
                : new CommandView(id, CommandState.Accepted, at, EventTypeCode.Read(row.GetInt16(1)), row.GetString(2), row.GetInt64(3), row.GetInt64(4));
        }
        return found;
    }

    /// <summary>A hold; null when there is none.</summary>
    public async Task<HoldView?> FindHoldAsync(Guid holdId, CancellationToken cancellationToken)
    {
        await using var command = Query("""
            select h.account_id, h.amount_minor, a.currency, h.transaction_id, h.recorded_at, h.expires_at, h.counterparty_account_id,
                r.type, r.amount_minor, r.released_minor, r.recorded_at, r.reason
            from ledger.event h
            join ledger.account a on a.account_id = h.account_id
            left join ledger.event r on r.hold_id = h.command_id and r.type in (3, 4, 10)
            where h.command_id = $1 and h.type = 2
            """, holdId);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
            return null;
        var state = row.IsDBNull(7) ? HoldViewState.Open : row.GetInt16(7) switch { 3 => HoldViewState.Captured, 10 => HoldViewState.Expired, _ => HoldViewState.Released };
        var captured = state is HoldViewState.Captured ? row.GetInt64(8) : 0;
        return new HoldView(
            holdId, row.GetString(0), state, row.GetInt64(1), captured, state is HoldViewState.Open ? 0 : row.GetInt64(1) - captured, row.GetString(2),
            row.GetFieldValue<DateTimeOffset>(4), row.Instant(5), row.Instant(10), row.Id(3), row.Text(6), row.Text(11));
    }

    /// <summary>A transfer or a reversal; null when nobody has decided it.</summary>
    public async Task<TransferView?> FindTransferAsync(Guid transferId, CancellationToken cancellationToken)
    {
        await using var command = Query("""
            select h.account_id, h.counterparty_account_id, h.amount_minor, a.currency, h.transaction_id, h.recorded_at, h.reverses_transaction_id,
                r.type, r.recorded_at, r.reason, c.recorded_at, u.transaction_id, l.chain_id, k.failed_index
            from ledger.event h
            join ledger.account a on a.account_id = h.account_id
            left join ledger.event r on r.hold_id = h.command_id and r.type in (3, 4, 10)
            left join ledger.event c on c.command_id = $2
            left join ledger.event u on u.reverses_transaction_id = h.transaction_id and u.type = 3
            left join ledger.linked_leg l on l.transfer_id = h.command_id and l.side = 0
            left join ledger.linked k on k.chain_id = l.chain_id
            where h.command_id = $1 and h.type = 2 and h.counterparty_account_id is not null
            """, transferId);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = LedgerIds.CreditOf(transferId) });
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (await row.ReadAsync(cancellationToken))
            {
                var state = row.IsDBNull(7) ? TransferState.Pending : row.GetInt16(7) is 3 ? TransferState.Posted : TransferState.Refused;
                return new TransferView(
                    transferId, state, row.GetFieldValue<DateTimeOffset>(5), row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetString(3), row.Id(4),
                    row.Instant(10), row.Instant(8), row.Text(9), row.Id(6), row.Id(11), row.Id(12), row.Small(13));
            }
        }
        if (await FindCommandAsync(transferId, cancellationToken) is not { State: CommandState.Refused } refused)
            return null;
        var view = new TransferView(transferId, TransferState.Refused, refused.At, EndedAt: refused.At, Reason: refused.Reason);
        return await FindChainAsync(transferId, cancellationToken) is var (chainId, failedIndex) ? view with { ChainId = chainId, FailedIndex = failedIndex } : view;
    }

    // Of one that was refused before anything was held.
    async Task<(Guid ChainId, int? FailedIndex)?> FindChainAsync(Guid transferId, CancellationToken cancellationToken)
    {
        await using var command = Query("""
            select l.chain_id, k.failed_index from ledger.linked_leg l left join ledger.linked k on k.chain_id = l.chain_id
            where l.transfer_id = $1 and l.side = 0
            """, transferId);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (row.GetGuid(0), row.Small(1)) : null;
    }

    NpgsqlCommand Query(string sql, Guid id)
    {
        var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        return command;
    }
}
