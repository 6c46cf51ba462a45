using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Labels;

namespace Orchestrator.Decisioning.Records;

/// <summary>Reads stored decisions. The store is behind the lanes by a fraction of a second.</summary>
public sealed class DecisionReader(NpgsqlDataSource database, LabelReader labels, IFeatureSchemas schemas)
{
    /// <summary>The most that one page holds.</summary>
    public const int MaxPage = 500;

    /// <summary>The most decisions that one page looks at.</summary>
    public const int MaxLooked = 10_000;

    /// <summary>The decision about a transaction; null when none is stored.</summary>
    public async Task<DecisionRecord?> FindAsync(Guid transactionId, CancellationToken cancellationToken)
    {
        if (await FindDecisionAsync(transactionId, cancellationToken) is not { } decision)
            return null;
        var names = decision.FeatureSchema is { } schema && decision.Features is not null ? await schemas.FindAsync(schema, cancellationToken) : null;
        return new DecisionRecord(decision, names, await labels.OfAsync(transactionId, cancellationToken));
    }

    /// <summary>The decision about a transaction alone, as it was published; null when none is stored.</summary>
    public async Task<FraudAssessed?> FindDecisionAsync(Guid transactionId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select details, features from decisioning.decision where transaction_id = $1");
        command.Parameters.Add(new() { Value = transactionId });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? Parse(row.GetString(0)) with { Features = row.IsDBNull(1) ? null : row.GetFieldValue<byte[]>(1) }
            : null;
    }

    /// <summary>The source accounts of those transactions whose decision is stored.</summary>
    public async Task<IReadOnlyDictionary<Guid, string>> SourceAccountsAsync(IReadOnlyCollection<Guid> transactionIds, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select transaction_id, source_account_id from decisioning.decision where transaction_id = any($1)");
        command.Parameters.Add(new() { Value = transactionIds.ToArray() });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<Guid, string>();
        while (await row.ReadAsync(cancellationToken))
            found.Add(row.GetGuid(0), row.GetString(1));
        return found;
    }

    /// <summary>
    /// Decisions, the newest first. A page looks at <see cref="MaxLooked"/> at most, those of the account and the time that the filter names, so with more of a filter
    /// it may hold fewer than <paramref name="limit"/>, even none, and not be the last.
    /// </summary>
    /// <param name="filter">Which decisions.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="limit">From 1 to <see cref="MaxPage"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<DecisionPage> ListAsync(DecisionFilter filter, DecisionCursor? after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        var look = filter.IsIndexed ? limit : MaxLooked;
        await using var command = Command(filter, after, limit, look);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var items = new List<FraudAssessed>();
        var (looked, last, lastFound) = (0L, default(DecisionCursor), default(DecisionCursor));
        while (await row.ReadAsync(cancellationToken))
        {
            looked = row.GetInt64(0);
            last = new DecisionCursor(row.GetFieldValue<DateTimeOffset>(1), row.GetGuid(2));
            if (row.IsDBNull(3))
                continue;
            lastFound = new DecisionCursor(row.GetFieldValue<DateTimeOffset>(3), row.GetGuid(4));
            items.Add(Parse(row.GetString(5)));
        }
        DecisionCursor? next = items.Count == limit ? lastFound : looked == look ? last : null;
        return new DecisionPage(items, next);
    }

    // The stretch's last decision comes beside its first row, and alone when nothing in it matches. What is looked at is narrow, and the rest read for those found.
    NpgsqlCommand Command(DecisionFilter filter, DecisionCursor? after, int limit, int look)
    {
        var command = database.CreateCommand(
            $"""
            with looked as (
                select assessed_at, transaction_id, score, outcome, degraded{(filter.Rule is null ? "" : ", details->'rules' @> $11 or details->'reasons' @> $11 as ruled")}
                from decisioning.decision
                where (assessed_at, transaction_id) < ($1, $2) and assessed_at >= $3{(filter.SourceAccountId is null ? "" : " and source_account_id = $10")}
                order by assessed_at desc, transaction_id desc limit $4
            ), found as (
                select l.assessed_at, l.transaction_id, d.details
                from (
                    select * from looked
                    where ($5::smallint is null or outcome = $5) and ($6::boolean is null or degraded = $6) and score between $7 and $8{(filter.Rule is null ? "" : " and ruled")}
                    order by assessed_at desc, transaction_id desc limit $9
                ) l join decisioning.decision d using (transaction_id)
            )
            select s.rows, s.last_at, s.last_id, found.*
            from (
                select (select count(*) from looked) as rows, l.assessed_at as last_at, l.transaction_id as last_id
                from looked l order by l.assessed_at, l.transaction_id limit 1
            ) s left join found on true
            order by found.assessed_at desc, found.transaction_id desc
            """);
        var end = filter.To is { } to ? new DecisionCursor(to.ToUniversalTime(), Guid.Empty) : new DecisionCursor(DateTimeOffset.MaxValue, Guid.AllBitsSet);
        var start = after is { } given && given.AssessedAt < end.AssessedAt ? given : end;
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = start.AssessedAt });
        command.Parameters.Add(new() { Value = start.TransactionId });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = (filter.From ?? DateTimeOffset.UnixEpoch).ToUniversalTime() });
        command.Parameters.Add(new() { Value = look });
        command.Parameters.Add(new() { Value = filter.Outcome is { } outcome ? (short)outcome : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Smallint });
        command.Parameters.Add(new() { Value = filter.Degraded is { } degraded ? degraded : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Boolean });
        command.Parameters.Add(new() { Value = filter.MinScore });
        command.Parameters.Add(new() { Value = filter.MaxScore });
        command.Parameters.Add(new() { Value = limit });
        command.Parameters.Add(new() { Value = (object?)filter.SourceAccountId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = filter.Rule is { } rule ? JsonSerializer.Serialize(new[] { new { rule } }) : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb });
        return command;
    }

    static FraudAssessed Parse(string details) => JsonSerializer.Deserialize(details, ContractJson.Default.FraudAssessed)!;
}
