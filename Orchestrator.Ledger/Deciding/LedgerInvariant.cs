using Npgsql;

namespace Orchestrator.Ledger.Deciding;

/// <summary>
/// What must hold in the ledger, whatever it is asked for. When it does not, no message is at fault: somebody has changed rows behind the ledger's back, or
/// the ledger has a bug. The lane then stops. docs/design/ledger.md lists the names.
/// </summary>
static class LedgerInvariant
{
    /// <summary>The version of an account in the store is the one that its lane knows.</summary>
    public const string AccountVersion = "account_version";

    /// <summary>The head of a lane's chain in the store is the one that the lane knows.</summary>
    public const string ChainHead = "chain_head";

    /// <summary>An event follows the state that it is applied to.</summary>
    public const string EventFollows = "event_follows";

    /// <summary>What a hold has reserved is pending until it is resolved, so that no counter falls below zero.</summary>
    public const string HoldIsPending = "hold_is_pending";

    /// <summary>A credit that was promised to linked transfers is taken.</summary>
    public const string PromiseIsKept = "promise_is_kept";

    /// <summary>Events and refusals are never changed.</summary>
    public const string AppendOnly = "append_only";

    const string Schema = "ledger";

    /// <summary>The name of the invariant that an exception shows to be violated; null when it shows none.</summary>
    public static string? Of(Exception exception) => exception switch
    {
        LedgerInvariantException e => e.Invariant,
        PostgresException { SqlState: PostgresErrorCodes.RestrictViolation } => AppendOnly,
        PostgresException { SqlState: PostgresErrorCodes.CheckViolation, SchemaName: Schema, ConstraintName: { } check } => check,
        // That a command's id was used before is for the lane to find out, and so is a transfer that two chains name.
        PostgresException
        {
            SqlState: PostgresErrorCodes.UniqueViolation, SchemaName: Schema,
            ConstraintName: ("event_pkey" or "event_contra" or "event_hold_resolved" or "event_reversed" or "account_pkey" or "chain_pkey") and var key,
        } => key,
        _ => null,
    };
}

/// <summary>An invariant of the ledger is violated.</summary>
public sealed class LedgerInvariantException(string invariant, string detail) : InvalidOperationException(detail)
{
    /// <summary>Its stable name.</summary>
    public string Invariant { get; } = invariant;
}
