using System.Text.Json;
using Orchestrator.Casework.Cases;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Casework.CaseworkDatabase;

namespace Orchestrator.Tests.Casework;

/// <summary>What closing a case of the queue accounts says about the account.</summary>
public sealed class AccountFindingsTests(TestInfrastructure infrastructure)
{
    [Theory]
    [InlineData("account_frozen", CaseOutcome.Genuine, AccountDecision.Unfreeze)]
    [InlineData("account_frozen", CaseOutcome.Fraud, AccountDecision.Close)]
    [InlineData("account_frozen", CaseOutcome.Inconclusive, AccountDecision.KeepFrozen)]
    [InlineData("account_dormant", CaseOutcome.Genuine, AccountDecision.Unfreeze)]
    [InlineData("account_opening", CaseOutcome.Genuine, AccountDecision.Approve)]
    [InlineData("account_opening", CaseOutcome.Fraud, AccountDecision.Reject)]
    [InlineData("account_opening", CaseOutcome.Inconclusive, null)]
    public async Task Case_of_an_account_when_closed_decides_about_the_account(string kind, CaseOutcome outcome, AccountDecision? decision)
    {
        await using var db = await CreateAsync(infrastructure);
        // The last alert says what is waited for.
        await db.TakeAsync([Alert(1, kind: "account_opening"), Alert(2, kind: kind)]);
        await db.Cases.ActAsync(IdOf(1), new CaseAction.Assign("carol"), "carol", null, null, CancellationToken.None);

        await db.Cases.ActAsync(IdOf(1), new CaseAction.Close(outcome), "carol", "looked at it", null, CancellationToken.None);
        if (outcome == CaseOutcome.Fraud)
            await db.Cases.ActAsync(IdOf(1), new CaseAction.Approve(), "dave", "agreed", null, CancellationToken.None);

        if (decision is null)
        {
            Assert.Empty(db.Outbox.Published);
            return;
        }
        var message = Assert.Single(db.Outbox.Published);
        var review = JsonSerializer.Deserialize(message.Body.Span, ContractJson.Default.AccountReviewed)!;
        Assert.Equal(("accounts", "alice", "alice"), (message.Topic, message.Key, review.AccountId));
        Assert.Equal((decision.Value, outcome == CaseOutcome.Fraud ? "dave" : "carol"), (review.Decision, review.Actor));
    }
}
