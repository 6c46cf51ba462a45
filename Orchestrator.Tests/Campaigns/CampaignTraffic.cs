using Orchestrator.Cli.Publishing;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Transactions;

namespace Orchestrator.Tests.Campaigns;

/// <summary>How a transaction of the campaign is meant to go, unless it is cancelled in time.</summary>
public enum Course
{
    /// <summary>It completes.</summary>
    Ordinary,

    /// <summary>The source has no money: declined.</summary>
    Poor,

    /// <summary>There is no source account: declined.</summary>
    UnknownSource,

    /// <summary>There is no destination account: compensated.</summary>
    UnknownDestination,

    /// <summary>Unusual enough for a review that nobody makes; what the rules make of it depends on what they have seen.</summary>
    Unusual,

    /// <summary>So far from the account's history that it is declined.</summary>
    Fraudulent,
}

/// <summary>A message of the campaign, under the id that it keeps when it comes twice.</summary>
public sealed record TrafficMessage(IContract Body, Guid Id, Guid TransactionId, Course? Course);

/// <summary>Accounts, and an endless stream of transactions between them that end in every way there is. Pure: all of it follows from the seed.</summary>
public sealed class CampaignTraffic(int seed)
{
    /// <summary>What a rich account begins with, in minor units.</summary>
    public const long RichMinor = 1_000_000_000_000;

    const string Currency = "EUR";
    const int Rich = 64;
    const int Poor = 8;
    const int CancelledPercent = 6;
    const int MostMessagesUntilCancelled = 400;

    // Until every account has a history that makes a fraudulent amount stand out.
    const int NoFraudBefore = 2_000;

    static readonly DateTimeOffset OpenedAt = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The accounts that must be open before the first transaction.</summary>
    public static IReadOnlyList<OpenAccount> Accounts { get; } =
    [
        .. Enumerable.Range(0, Rich).Select(i => new OpenAccount(RichName(i), "rich", Currency, OpenedAt, RichMinor)),
        .. Enumerable.Range(0, Poor).Select(i => new OpenAccount(PoorName(i), "poor", Currency, OpenedAt, 1)),
    ];

    /// <summary>The messages in the order in which a business service would publish them: no cancellation before its submission.</summary>
    /// <param name="time">When transactions occur.</param>
    public IEnumerable<TrafficMessage> Messages(TimeProvider time)
    {
        var chance = new Random(seed);
        var toCancel = new PriorityQueue<TransactionSubmitted, long>();
        for (long number = 0; ; number++)
        {
            while (toCancel.TryPeek(out var cancelled, out var due) && due <= number)
            {
                toCancel.Dequeue();
                var id = NamedId.Of("campaign-cancel", $"{seed}/{cancelled.TransactionId}");
                yield return new(new TransactionCancelled(cancelled.TransactionId, cancelled.SourceAccountId, time.GetUtcNow(), "changed their mind"), id, cancelled.TransactionId, null);
            }
            var (submission, course) = Next(chance, number, NamedId.Of("campaign", $"{seed}/{number}"), time.GetUtcNow());
            if (chance.Next(100) < CancelledPercent)
                toCancel.Enqueue(submission, number + chance.Next(MostMessagesUntilCancelled));
            yield return new(submission, submission.TransactionId, submission.TransactionId, course);
        }
    }

    static (TransactionSubmitted Submission, Course Course) Next(Random chance, long number, Guid id, DateTimeOffset now)
    {
        var course = chance.Next(100) switch
        {
            < 80 => Course.Ordinary,
            < 84 => Course.Poor,
            < 88 => Course.UnknownSource,
            < 92 => Course.UnknownDestination,
            < 97 => Course.Unusual,
            _ => number < NoFraudBefore ? Course.Ordinary : Course.Fraudulent,
        };
        var amount = course switch
        {
            Course.Unusual => chance.Next(300_00, 400_00),
            Course.Fraudulent => chance.Next(20_000_00, 30_000_00),
            _ => chance.Next(50_00, 100_00),
        };
        var rich = chance.Next(Rich);
        var source = course switch
        {
            Course.Poor => PoorName(chance.Next(Poor)),
            Course.UnknownSource => $"nobody-{chance.Next(Rich)}",
            _ => RichName(rich),
        };
        var destination = course == Course.UnknownDestination ? $"nobody-{chance.Next(Rich)}" : RichName((rich + 1 + chance.Next(Rich - 1)) % Rich);
        return (new TransactionSubmitted(id, source, destination, amount, Currency, TransactionKind.Transfer, now, Channel: "campaign"), course);
    }

    static string RichName(int i) => $"rich-{i:D3}";

    static string PoorName(int i) => $"poor-{i:D3}";
}
