using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Decisioning.Labels;

/// <summary>Writes labels.</summary>
static class LabelWrites
{
    const string Sql =
        """
        insert into decisioning.label (labelled_at, effective_at, label_id, transaction_id, is_fraud, source, source_account_id, reason)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (label_id) do nothing
        """;

    /// <summary>Stores those that are not there.</summary>
    public static NpgsqlBatchCommand Insert(List<FraudLabelled> labels) => new(Sql)
    {
        Parameters =
        {
            PgArray.Column(labels, NpgsqlDbType.TimestampTz, l => l.LabelledAt.UtcDateTime),
            PgArray.Column(labels, NpgsqlDbType.TimestampTz, l => l.EffectiveAt?.UtcDateTime),
            PgArray.Column(labels, NpgsqlDbType.Uuid, l => l.LabelId),
            PgArray.Column(labels, NpgsqlDbType.Uuid, l => l.TransactionId),
            PgArray.Column(labels, NpgsqlDbType.Boolean, l => l.IsFraud),
            PgArray.Column(labels, NpgsqlDbType.Smallint, l => (short)l.Source),
            PgArray.Column(labels, NpgsqlDbType.Text, l => l.SourceAccountId),
            PgArray.Column(labels, NpgsqlDbType.Text, l => l.Reason),
        },
    };
}
