using Npgsql;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Messaging.Wire;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Casework.Cases;

/// <summary>What closing a case of the queue accounts says about the account. The account's saga takes notice while it waits for it.</summary>
static class AccountFindings
{
    const string Opening = "account_opening";

    /// <summary>The decision about the account; none where the outcome says nothing.</summary>
    public static async Task<IReadOnlyList<OutgoingMessage>> OfAsync(
        NpgsqlConnection connection, MessageCatalog catalog, CaseFile file, string actor, string? reason, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (file.Outcome is not { } outcome || DecisionOf(outcome, await IsOpeningAsync(connection, file.CaseId, cancellationToken)) is not { } decision)
            return [];
        var review = new AccountReviewed(Guid.CreateVersion7(now), file.AccountId, decision, actor, now, reason);
        return [OutgoingMessage.Of(catalog.Of(typeof(AccountReviewed)), review, review.ReviewId, CaseStore.Source, now)];
    }

    /// <summary>What an outcome decides. An application about which nobody can say anything is left to its deadline.</summary>
    internal static AccountDecision? DecisionOf(CaseOutcome outcome, bool isOpening) => (outcome, isOpening) switch
    {
        (CaseOutcome.Genuine, true) => AccountDecision.Approve,
        (CaseOutcome.Fraud, true) => AccountDecision.Reject,
        (CaseOutcome.Genuine, false) => AccountDecision.Unfreeze,
        (CaseOutcome.Fraud, false) => AccountDecision.Close,
        (CaseOutcome.Inconclusive, false) => AccountDecision.KeepFrozen,
        _ => null,
    };

    // The last alert says what is waited for.
    static async Task<bool> IsOpeningAsync(NpgsqlConnection connection, Guid caseId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select kind from casework.alert where case_id = $1 order by raised_at desc, alert_id desc limit 1", connection)
        {
            Parameters = { Of(caseId) },
        };
        return (string?)await command.ExecuteScalarAsync(cancellationToken) == Opening;
    }
}
