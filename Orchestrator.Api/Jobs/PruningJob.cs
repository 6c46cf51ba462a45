using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Ledger.Replay;
using Orchestrator.Messaging.Schema;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Api.Jobs;

/// <summary>
/// Deletes what has been kept long enough and comes together slowly: once a night, some rows at a time, with rests in proportion. What comes together quickly (inbox, submissions,
/// decisions) has a pruner of its own that runs all the time, so that there is never much to do at once.
/// </summary>
sealed class PruningJob(NpgsqlDataSource database, OldSnapshots snapshots, IOptions<JobOptions> options, TimeProvider time)
{
    const int AtOnce = 2_000;
    const int MaxSteps = 1_000;

    static readonly (string Table, string Key, string At, Func<JobOptions, int> Days)[] Tables =
    [
        ("messaging.parked_audit", "audit_id", "at", o => o.AuditDays),
        ("jobs.run", "run_id", "ended_at", o => o.RunDays),
        ("jobs.raised", "alert_id", "raised_at", o => o.RunDays),
        ("jobs.parked_schedule", "schedule_id", "done_at", o => o.AuditDays),
        ("messaging.redrive", "redrive_id", "ended_at", o => o.AuditDays),
    ];

    /// <summary>Snapshots of older code.</summary>
    public async Task<string> SnapshotsAsync(CancellationToken cancellationToken) =>
        Deleted("ledger.snapshot", await RepeatAsync(snapshots.DeleteAsync, OldSnapshots.AtOnce, cancellationToken));

    /// <summary>Audit and runs.</summary>
    public async Task<string> AuditAsync(CancellationToken cancellationToken)
    {
        var deleted = new List<string>();
        foreach (var (table, key, at, days) in Tables)
        {
            var before = time.GetUtcNow().AddDays(-days(options.Value));
            deleted.Add(Deleted(table, await RepeatAsync(ct => DeleteAsync(table, key, at, before, ct), AtOnce, cancellationToken)));
        }
        return string.Join("; ", deleted);
    }

    async Task<int> DeleteAsync(string table, string key, string at, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"delete from {table} where {key} = any(array(select {key} from {table} where {at} < $1 limit $2 for update skip locked))");
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(before), Of(AtOnce) });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    Task<long> RepeatAsync(Func<CancellationToken, Task<int>> step, int full, CancellationToken cancellationToken) =>
        GentleSteps.RepeatAsync(step, full, MaxSteps, time, cancellationToken);

    static string Deleted(string table, long count) => string.Create(CultureInfo.InvariantCulture, $"deleted {count} from {table}");
}
