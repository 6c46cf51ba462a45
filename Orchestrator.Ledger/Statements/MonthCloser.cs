using Microsoft.Extensions.Options;
using Npgsql;

namespace Orchestrator.Ledger.Statements;

/// <summary>Closes months. A closing is for all accounts and for ever.</summary>
public interface IMonthCloser
{
    /// <summary>
    /// Closes <paramref name="month"/> and all before it. Safe to ask for twice, and by two processes at once: the first closing stays.
    /// </summary>
    Task<MonthClosing> CloseAsync(Month month, CancellationToken cancellationToken);

    /// <summary>Every closing so far.</summary>
    Task<MonthClosings> ClosedAsync(CancellationToken cancellationToken);
}

/// <summary>What became of a month that was to be closed.</summary>
public abstract record MonthClosing
{
    MonthClosing()
    {
    }

    /// <summary>It is closed, now or since before.</summary>
    /// <param name="Fact">The closing, as it was first.</param>
    public sealed record Done(ClosedMonth Fact) : MonthClosing;

    /// <summary>It cannot be closed yet.</summary>
    /// <param name="From">From when on it can, UTC.</param>
    public sealed record TooEarly(DateTimeOffset From) : MonthClosing;
}

/// <summary>Keeps closings in <c>ledger.closed_month</c>.</summary>
public sealed class MonthCloser(NpgsqlDataSource database, TimeProvider time, IOptions<StatementOptions> options) : IMonthCloser
{
    // Any constant serves, so long as it never changes: closings go one after the other.
    const long ClosingLock = 0x6F72_6368_6D6F_6E74;

    const string Lock = "select pg_advisory_xact_lock($1)";

    // The months between the last closed one and this one are closed with it. Where clocks differ, no closing lies before an earlier one's.
    const string Insert = """
        insert into ledger.closed_month (month, closed_at, recorded_until)
        select m::date, greatest($2, l.closed_at), greatest($3, l.recorded_until)
        from (select max(month) as month, max(closed_at) as closed_at, max(recorded_until) as recorded_until from ledger.closed_month) l,
            generate_series(coalesce(l.month + interval '1 month', $1::timestamp), $1::timestamp, interval '1 month') m
        order by m
        """;

    const string Select = "select month, closed_at, recorded_until from ledger.closed_month order by month";

    /// <inheritdoc />
    public async Task<MonthClosing> CloseAsync(Month month, CancellationToken cancellationToken)
    {
        if ((await ClosedAsync(cancellationToken)).Of(month) is { } before)
            return new MonthClosing.Done(before);
        var settle = TimeSpan.FromMinutes(options.Value.SettleMinutes);
        var now = Instants.Stored(time.GetUtcNow());
        if (now < month.End + settle)
            return new MonthClosing.TooEarly(month.End + settle);

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var batch = new NpgsqlBatch(connection, transaction))
        {
            batch.BatchCommands.Add(new(Lock) { Parameters = { new NpgsqlParameter<long> { TypedValue = ClosingLock } } });
            batch.BatchCommands.Add(new(Insert)
            {
                Parameters =
                {
                    new NpgsqlParameter<DateOnly> { TypedValue = month.First },
                    new NpgsqlParameter<DateTimeOffset> { TypedValue = now },
                    new NpgsqlParameter<DateTimeOffset> { TypedValue = now - settle },
                },
            });
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
        return new MonthClosing.Done(
            (await ClosedAsync(cancellationToken)).Of(month) ?? throw new InvalidOperationException($"{month} was closed and is not"));
    }

    /// <inheritdoc />
    public async Task<MonthClosings> ClosedAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Select);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await ReadAsync(reader, cancellationToken);
    }

    /// <summary>The query whose rows <see cref="ReadAsync"/> reads.</summary>
    internal static NpgsqlBatchCommand Query() => new(Select);

    internal static async Task<MonthClosings> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var closings = new List<ClosedMonth>();
        while (await reader.ReadAsync(cancellationToken))
        {
            closings.Add(new ClosedMonth(
                Month.Of(reader.GetFieldValue<DateOnly>(0)), reader.GetFieldValue<DateTimeOffset>(1), reader.GetFieldValue<DateTimeOffset>(2)));
        }
        return new MonthClosings(closings);
    }
}
