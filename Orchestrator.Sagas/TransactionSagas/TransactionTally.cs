using System.Runtime.InteropServices;
using Npgsql;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.MassTransit.Sagas;

namespace Orchestrator.Sagas.TransactionSagas;

/// <summary>How many transactions there are by state, over all time.</summary>
/// <param name="ByState">The number by the state's stored name.</param>
public sealed record TransactionTally(IReadOnlyDictionary<string, long> ByState)
{
    /// <summary>All that were submitted.</summary>
    public long Submitted => ByState.Where(s => s.Key is not ("AwaitingSubmission" or "NeverSubmitted")).Sum(s => s.Value);

    /// <summary>Those whose money has moved, and has not gone back.</summary>
    public long Completed => Of("Completed");

    /// <summary>Those that were declined.</summary>
    public long Declined => Of("Declined");

    /// <summary>Those that wait for a review now.</summary>
    public long Held => Of("Held");

    /// <summary>Those that were undone.</summary>
    public long Compensated => Of("Compensated");

    /// <summary>Those that were taken back.</summary>
    public long Voided => Of("Voided");

    /// <summary>Those that were undone after they had completed.</summary>
    public long Reversed => Of("Reversed");

    /// <summary>Those that could not be undone and wait for people.</summary>
    public long CompensationFailed => Of("CompensationFailed");

    /// <summary>Those that have not ended, held ones included.</summary>
    public long InProgress => Submitted - Completed - Declined - Compensated - Voided - Reversed;

    long Of(string state) => ByState.GetValueOrDefault(state);
}

/// <summary>Reads the tally: a few dozen rows, whatever the number of transactions.</summary>
public sealed class TallyReader(NpgsqlDataSource database)
{
    /// <summary>The totals as of the last commit.</summary>
    public async Task<TransactionTally> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select state, sum(count)::bigint from sagas.tally group by state");
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var byState = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellationToken))
            byState[rows.GetString(0)] = rows.GetInt64(1);
        return new TransactionTally(byState);
    }
}

/// <summary>Keeps the tally in the transaction that moves the sagas: one statement a unit of work.</summary>
sealed class TallyWatcher : ISagaWatcher<TransactionSaga>
{
    public void Saving(UnitOfWork work, IReadOnlyList<SagaChange<TransactionSaga>> changes)
    {
        var deltas = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var change in changes)
        {
            if (string.Equals(change.Before, change.After, StringComparison.Ordinal))
                continue;
            if (change.Before is { } before)
                CollectionsMarshal.GetValueRefOrAddDefault(deltas, before, out _)--;
            if (change.After is { } after)
                CollectionsMarshal.GetValueRefOrAddDefault(deltas, after, out _)++;
        }
        var moved = deltas.Where(d => d.Value != 0).ToList();
        if (moved.Count == 0)
            return;
        work.WriteRows(new NpgsqlBatchCommand(
            """
            insert into sagas.tally (partition, state, count)
            select * from unnest($1, $2, $3)
            on conflict (partition, state) do update set count = tally.count + excluded.count
            """)
        {
            Parameters =
            {
                new() { Value = moved.Select(_ => work.Lane.Partition).ToArray() },
                new() { Value = moved.Select(d => d.Key).ToArray() },
                new() { Value = moved.Select(d => d.Value).ToArray() },
            },
        });
    }

    public void Saved(IReadOnlyList<SagaChange<TransactionSaga>> changes)
    {
    }
}
