using Npgsql;
using NpgsqlTypes;
using Orchestrator.Messaging.Ownership;
using Orchestrator.Messaging.Rows;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Parking;

/// <summary>The statements by which a unit of work parks messages and takes parked ones back.</summary>
internal static class ParkedCommands
{
    public static NpgsqlBatchCommand Insert(IReadOnlyList<(LaneGrant Grant, ParkedEntry Parked)> entries) => new(
        """
        insert into messaging.parked (group_id, partition, status, topic, position, message_key, message_id, message_type, raw,
            error_code, exception_type, stack_hash, detail, attempts, timer)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        """)
    {
        Parameters =
        {
            PgArray.Column(entries, NpgsqlDbType.Smallint, e => e.Grant.GroupId),
            PgArray.Column(entries, NpgsqlDbType.Integer, e => e.Grant.Lane.Partition),
            PgArray.Column(entries, NpgsqlDbType.Text, e => e.Parked.Status),
            PgArray.Column(entries, NpgsqlDbType.Text, e => e.Parked.Message.Origin.Topic),
            PgArray.Column(entries, NpgsqlDbType.Bigint, e => e.Parked.Message.Origin.Offset),
            PgArray.Column(entries, NpgsqlDbType.Text, e => e.Parked.Message.Key.Replace("\0", "", StringComparison.Ordinal)),
            PgArray.Column(entries, NpgsqlDbType.Uuid, e => e.Parked.Message.Id == Guid.Empty ? (Guid?)null : e.Parked.Message.Id),
            PgArray.Column(entries, NpgsqlDbType.Text, e => e.Parked.Message.Contract?.Name),
            PgArray.Column(entries, NpgsqlDbType.Bytea, e => PackedRaw.Pack(e.Parked.Message.Raw)),
            PgArray.Column(entries, NpgsqlDbType.Text, e => e.Parked.Cause.Code),
            PgArray.Column(entries, NpgsqlDbType.Text, e => e.Parked.Cause.ExceptionType),
            PgArray.Column(entries, NpgsqlDbType.Text, e => e.Parked.Cause.StackHash),
            PgArray.Column(entries, NpgsqlDbType.Text, e => e.Parked.Cause.Detail?.Replace("\0", "", StringComparison.Ordinal)),
            PgArray.Column(entries, NpgsqlDbType.Integer, e => e.Parked.Attempts),
            PgArray.Column(entries, NpgsqlDbType.Boolean, e => e.Parked.Message.TimerId is not null),
        },
    };

    /// <summary>The parked message has taken effect, or was discarded. The row must be as it was read: when other bytes have taken its place meanwhile, nothing of the unit counts.</summary>
    public static IReadOnlyList<(NpgsqlBatchCommand Command, int? Rows)> Delete(long parkedId, int revision, string outcome) =>
    [
        (new("""
            insert into messaging.parked_audit (parked_id, action, actor, outcome, redrive_id)
            select parked_id, coalesce(requested, 'resume'), coalesce(requested_by, 'lane'), $3, redrive_id from messaging.parked where parked_id = $1 and revision = $2
            """)
        {
            Parameters = { new() { Value = parkedId }, new() { Value = revision }, new() { Value = outcome } },
        }, null),
        (new("delete from messaging.parked where parked_id = $1 and revision = $2") { Parameters = { new() { Value = parkedId }, new() { Value = revision } } }, 1),
    ];

    /// <summary>The parked message failed again, or for the first time while it was queued. One that other bytes have taken the place of meanwhile has not.</summary>
    public static IReadOnlyList<(NpgsqlBatchCommand Command, int? Rows)> Fail(long parkedId, int revision, ParkedCause cause) =>
    [
        (new("""
            with before as (
                select parked_id, redrive_id from messaging.parked where parked_id = $1 and revision = $7 for update
            ), again as (
                update messaging.parked p set attempts = attempts + 1, status = $2, error_code = $3, exception_type = $4, stack_hash = $5, detail = $6,
                    requested = null, requested_by = null, requested_at = null, redrive_id = null
                from before where p.parked_id = before.parked_id returning p.parked_id, before.redrive_id
            )
            insert into messaging.parked_audit (parked_id, action, actor, outcome, redrive_id)
            select parked_id, 'redrive', 'lane', $3, redrive_id from again
            """)
        {
            Parameters =
            {
                new() { Value = parkedId },
                new() { Value = cause.StackHash is null ? ParkedStatus.Refused : ParkedStatus.Failed },
                Text(cause.Code),
                Text(cause.ExceptionType),
                Text(cause.StackHash),
                Text(cause.Detail?.Replace("\0", "", StringComparison.Ordinal)),
                new() { Value = revision },
            },
        }, null),
    ];

    static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
}
