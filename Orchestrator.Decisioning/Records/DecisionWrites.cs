using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Decisioning.Records;

/// <summary>Writes decisions.</summary>
static class DecisionWrites
{
    // In the order of arrival: of two decisions about one transaction in the same command the first stays, as it does everywhere.
    const string Sql =
        """
        insert into decisioning.decision (assessed_at, transaction_id, score, outcome, degraded, source_account_id, details, features, event_at)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (transaction_id) do nothing
        """;

    /// <summary>Stores those that are not there.</summary>
    public static NpgsqlBatchCommand Insert(List<FraudAssessed> decisions) => new(Sql)
    {
        Parameters =
        {
            PgArray.Column(decisions, NpgsqlDbType.TimestampTz, d => d.AssessedAt.UtcDateTime),
            PgArray.Column(decisions, NpgsqlDbType.Uuid, d => d.TransactionId),
            PgArray.Column(decisions, NpgsqlDbType.Smallint, d => (short)d.Score),
            PgArray.Column(decisions, NpgsqlDbType.Smallint, d => (short)d.Outcome),
            PgArray.Column(decisions, NpgsqlDbType.Boolean, d => d.IsDegraded),
            PgArray.Column(decisions, NpgsqlDbType.Text, d => d.SourceAccountId),
            PgArray.Column(decisions, NpgsqlDbType.Jsonb, Details),
            PgArray.Column(decisions, NpgsqlDbType.Bytea, d => d.Features),
            PgArray.Column(decisions, NpgsqlDbType.TimestampTz, d => d.EventAt?.UtcDateTime),
        },
    };

    static string Details(FraudAssessed decision) =>
        JsonSerializer.Serialize(decision.Features is null ? decision : decision with { Features = null }, ContractJson.Default.FraudAssessed);
}
