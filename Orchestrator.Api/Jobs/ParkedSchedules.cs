using Npgsql;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Api.Jobs;

/// <summary>A group of parked messages is to be taken again.</summary>
/// <param name="ScheduleId">The appointment.</param>
/// <param name="CauseId">The group.</param>
/// <param name="Actor">Who has named the time.</param>
public sealed record ParkedAppointment(long ScheduleId, string CauseId, string Actor);

/// <summary>When groups of parked messages are to be taken again.</summary>
public sealed class ParkedSchedules(NpgsqlDataSource database, TimeProvider time)
{
    const int MaxDue = 100;

    /// <summary>Notes a time for a group. The same time again is the same appointment.</summary>
    public async Task AddAsync(string causeId, DateTimeOffset at, string actor, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "insert into jobs.parked_schedule (cause_id, at, actor, asked_at) values ($1, $2, $3, $4) on conflict (cause_id, at) where done_at is null do nothing");
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(causeId), Of(at.ToUniversalTime()), Of(actor), Of(time.GetUtcNow()) });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The appointments whose time has come, the earliest first.</summary>
    public async Task<IReadOnlyList<ParkedAppointment>> DueAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select schedule_id, cause_id, actor from jobs.parked_schedule where done_at is null and at <= $1 order by at limit $2");
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(time.GetUtcNow()), Of(MaxDue) });
        var due = new List<ParkedAppointment>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            due.Add(new ParkedAppointment(row.GetInt64(0), row.GetString(1), row.GetString(2)));
        return due;
    }

    /// <summary>It was kept.</summary>
    public async Task DoneAsync(long scheduleId, int redriven, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("update jobs.parked_schedule set done_at = $2, redriven = $3 where schedule_id = $1 and done_at is null");
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(scheduleId), Of(time.GetUtcNow()), Of(redriven) });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
