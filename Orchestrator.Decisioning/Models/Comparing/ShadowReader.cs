using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Messaging.Rows;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Decisioning.Models.Comparing;

/// <summary>How often what decided and what was on trial came to what, and what became of it.</summary>
/// <param name="Rules">The rules that decided.</param>
/// <param name="Model">The model whose score counted; null when none did.</param>
/// <param name="Shadow">What was on trial, as decisions name it.</param>
/// <param name="Decided">What was decided.</param>
/// <param name="WouldBe">What would have been.</param>
/// <param name="IsFraud">Whether it was a fraud, by the label that counts; null where there is none.</param>
/// <param name="Currency">Of the amounts; null where the decision does not hold its transaction.</param>
/// <param name="Decisions">How many.</param>
/// <param name="AmountMinor">The sum of their amounts, minor units.</param>
public sealed record ShadowCount(
    string Rules, string? Model, string Shadow, FraudOutcome Decided, FraudOutcome WouldBe, bool? IsFraud, string? Currency, long Decisions, decimal AmountMinor);

/// <summary>What a stretch of decisions holds.</summary>
/// <param name="Looked">How many decisions were looked at, those without a shadow too.</param>
/// <param name="Oldest">When the oldest of them was made, UTC; null when there is none.</param>
/// <param name="Complete">Whether that is all of the stretch.</param>
/// <param name="Counts">The counts.</param>
public sealed record ShadowCounts(long Looked, DateTimeOffset? Oldest, bool Complete, IReadOnlyList<ShadowCount> Counts);

/// <summary>Counts stored decisions by what was decided and what a shadow would have decided.</summary>
public sealed class ShadowReader(NpgsqlDataSource database)
{
    /// <summary>The most decisions that are looked at: the newest of the stretch.</summary>
    public const int MaxLooked = 200_000;

    // Versions, outcomes, labels and currencies together: more than there are in any stretch that people look at.
    const int MaxCounts = 10_000;

    // A decision's last label counts, as everywhere. Those without a shadow are counted together, so that it is known how many were looked at.
    const string Sql = """
        with looked as (
            select assessed_at, transaction_id, outcome, details->'shadow' as shadow, details->>'rulesVersion' as rules, details->>'modelVersion' as model,
                details->'transaction'->>'currency' as currency, (details->'transaction'->>'amountMinor')::bigint as amount
            from decisioning.decision where assessed_at >= $1 and assessed_at < $2 order by assessed_at desc, transaction_id desc limit $3
        ), compared as (
            select assessed_at, transaction_id, shadow->>'version' as version, shadow->>'outcome' as would_be,
                case when shadow is null then null else outcome end as outcome, case when shadow is null then null else rules end as rules,
                case when shadow is null then null else model end as model, case when shadow is null then null else currency end as currency,
                case when shadow is null then null else amount end as amount
            from looked
        )
        select c.rules, c.model, c.version, c.outcome, c.would_be, l.is_fraud, c.currency, count(*), coalesce(sum(c.amount), 0), min(c.assessed_at)
        from compared c left join lateral (
            select is_fraud from decisioning.label where transaction_id = c.transaction_id order by labelled_at desc, label_id desc limit 1
        ) l on c.version is not null
        group by 1, 2, 3, 4, 5, 6, 7 order by 8 desc, 1, 2, 3, 4, 5, 6, 7 limit $4
        """;

    /// <summary>Counts the decisions from an instant on and before another, the newest <see cref="MaxLooked"/> of them.</summary>
    public Task<ShadowCounts> CountAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        CountAsync(from, to, MaxLooked, cancellationToken);

    internal async Task<ShadowCounts> CountAsync(DateTimeOffset from, DateTimeOffset to, int most, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.AddRange(new NpgsqlParameter[]
        {
            new NpgsqlParameter<DateTimeOffset> { TypedValue = from.ToUniversalTime(), NpgsqlDbType = NpgsqlDbType.TimestampTz },
            new NpgsqlParameter<DateTimeOffset> { TypedValue = to.ToUniversalTime(), NpgsqlDbType = NpgsqlDbType.TimestampTz },
            Of(most), Of(MaxCounts),
        });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var (looked, oldest, counts) = (0L, default(DateTimeOffset?), new List<ShadowCount>());
        while (await row.ReadAsync(cancellationToken))
        {
            looked += row.GetInt64(7);
            var at = row.GetFieldValue<DateTimeOffset>(9);
            oldest = oldest is { } earlier && earlier < at ? earlier : at;
            if (row.Text(2) is { } shadow)
                counts.Add(Count(row, shadow));
        }
        return new ShadowCounts(looked, oldest, looked < most, counts);
    }

    static ShadowCount Count(NpgsqlDataReader row, string shadow) => new(
        row.GetString(0), row.Text(1), shadow, (FraudOutcome)row.GetInt16(3), Enum.Parse<FraudOutcome>(row.GetString(4), ignoreCase: true),
        row.IsDBNull(5) ? null : row.GetBoolean(5), row.Text(6), row.GetInt64(7), row.GetFieldValue<decimal>(8));
}
