using Npgsql;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Casework.Cases;

/// <summary>From rows to cases, and the names that both share.</summary>
static class CaseRows
{
    public const string Columns =
        "case_id, queue, account_id, state, priority, alerts, version, opened_at, updated_at, due_at, escalated, assignee, snoozed_until, outcome, proposed_by, closed_by, closed_at, escalations";

    /// <summary>How many columns these are.</summary>
    public const int Count = 18;

    /// <summary>The case of a row of <see cref="Columns"/>.</summary>
    public static CaseFile Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), State(row.GetString(3)), row.GetInt16(4), row.GetInt32(5), row.GetInt32(6),
        row.GetFieldValue<DateTimeOffset>(7), row.GetFieldValue<DateTimeOffset>(8), row.GetFieldValue<DateTimeOffset>(9), row.GetBoolean(10),
        row.Text(11), row.Instant(12), row.Text(13) is { } outcome ? Outcome(outcome) : null, row.Text(14), row.Text(15), row.Instant(16), row.GetInt16(17));

    static CaseState State(string name) => CaseNames.FindState(name) ?? throw new InvalidDataException($"a case in the state {name}");

    static CaseOutcome Outcome(string name) => Enum.GetValues<CaseOutcome>().First(o => CaseNames.Of(o) == name);
}
