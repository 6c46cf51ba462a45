using Orchestrator.Cli.Publishing;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Transactions;

namespace Orchestrator.Tests.Campaigns;

/// <summary>
/// What people and publishers ask of a transaction after its submission, while services are killed: they review, capture, reverse and have things asked again, now and then
/// twice, against each other or too late. Pure: all of it follows from what is random.
/// </summary>
static class CampaignPeople
{
    // More messages later than a submission may be late by, so that what is asked about is there.
    const int Soonest = 150;
    const int Latest = 600;

    // A review's time is short, and a slow machine comes to it late.
    const int LatestReview = 300;

    /// <summary>What is asked of <paramref name="submission"/>, and after how many messages.</summary>
    public static IEnumerable<(TrafficMessage Message, int After)> About(Random chance, TransactionSubmitted submission, Course course) => course switch
    {
        Course.Captured => Captures(chance, submission),
        Course.Unusual => Reviews(chance, submission),
        Course.Ordinary => Reversals(chance, submission),
        _ => [],
    };

    /// <summary>An operator looks at a transaction that does not need it.</summary>
    public static IEnumerable<(TrafficMessage Message, int After)> Operations(Random chance, TransactionSubmitted submission)
    {
        if (chance.Next(100) >= 4)
            yield break;
        yield return (Message(submission, "retry", id => new TransactionOperated(
            id, submission.TransactionId, submission.SourceAccountId, SagaOperation.Retry, "olga", submission.OccurredAt, "it looks slow")), chance.Next(Soonest, Latest));
        // Nothing is parked, so this is refused.
        if (chance.Next(4) == 0)
            yield return (Message(submission, "resolve", id => new TransactionOperated(
                id, submission.TransactionId, submission.SourceAccountId, SagaOperation.Resolve, "olga", submission.OccurredAt, "it looks stuck", "voided")), chance.Next(Soonest, Latest));
    }

    static IEnumerable<(TrafficMessage, int)> Captures(Random chance, TransactionSubmitted submission)
    {
        // Some are never captured, and their time is over.
        for (var attempt = chance.Next(6) == 0 ? 3 : 1; attempt <= 2; attempt += 1 + chance.Next(2))
        {
            long? amount = chance.Next(5) switch
            {
                0 => submission.AmountMinor + 1,
                1 => null,
                _ => chance.Next(1, (int)submission.AmountMinor + 1),
            };
            yield return (Message(submission, $"capture-{attempt}", id => new CaptureRequested(
                id, submission.TransactionId, submission.SourceAccountId, submission.OccurredAt, amount, "shipped")), chance.Next(Soonest, Latest));
        }
    }

    static IEnumerable<(TrafficMessage, int)> Reviews(Random chance, TransactionSubmitted submission)
    {
        var reviews = chance.Next(3);
        for (var person = 0; person < reviews; person++)
        {
            var decision = chance.Next(2) == 0 ? ReviewDecision.Release : ReviewDecision.ConfirmFraud;
            yield return (Message(submission, $"review-{person}", id => new TransactionReviewed(
                id, submission.TransactionId, submission.SourceAccountId, decision, $"person-{person}", submission.OccurredAt)), chance.Next(Soonest, LatestReview));
        }
    }

    static IEnumerable<(TrafficMessage, int)> Reversals(Random chance, TransactionSubmitted submission)
    {
        if (chance.Next(100) >= 6)
            yield break;
        for (var attempt = 1; attempt <= 2; attempt += 1 + chance.Next(2))
        {
            yield return (Message(submission, $"reversal-{attempt}", id => new ReversalRequested(
                id, submission.TransactionId, submission.SourceAccountId, "the goods came back", "erin", submission.OccurredAt)), chance.Next(Soonest, Latest));
        }
    }

    static TrafficMessage Message(TransactionSubmitted submission, string what, Func<Guid, IContract> body)
    {
        var id = NamedId.Of("campaign-request", $"{submission.TransactionId}/{what}");
        return new TrafficMessage(body(id), id, submission.TransactionId, null);
    }
}
