using Orchestrator.Cli.Publishing;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Ledger;

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

    /// <summary>Unusual enough for a review, which somebody makes or nobody; what the rules make of it depends on what they have seen.</summary>
    Unusual,

    /// <summary>Its publisher captures it, or a part, or lets its time go by.</summary>
    Captured,

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
    const int TransferPercent = 12;
    const int ReversedPercent = 40;
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
        var toReverse = new PriorityQueue<Transfer, long>();
        var asked = new PriorityQueue<TrafficMessage, long>();
        for (long number = 0; ; number++)
        {
            while (toCancel.TryPeek(out var cancelled, out var due) && due <= number)
            {
                toCancel.Dequeue();
                var id = NamedId.Of("campaign-cancel", $"{seed}/{cancelled.TransactionId}");
                yield return new(new TransactionCancelled(cancelled.TransactionId, cancelled.SourceAccountId, time.GetUtcNow(), "changed their mind"), id, cancelled.TransactionId, null);
            }
            while (asked.TryPeek(out var request, out var due) && due <= number)
            {
                asked.Dequeue();
                yield return request;
            }
            // Two attempts to undo the same: at most one of them may.
            while (toReverse.TryPeek(out var transfer, out var due) && due <= number)
            {
                toReverse.Dequeue();
                for (var attempt = 1; attempt <= 2; attempt++)
                {
                    var id = NamedId.Of("campaign-reverse", $"{seed}/{transfer.CommandId}/{attempt}");
                    var receiver = transfer.DestinationAccountId;
                    yield return new(new Reverse(id, id, receiver, LedgerIds.CreditOf(transfer.CommandId), receiver, time.GetUtcNow()), id, id, null);
                }
            }
            if (chance.Next(100) < TransferPercent)
            {
                var transfer = Transfer(chance, NamedId.Of("campaign-transfer", $"{seed}/{number}"), time.GetUtcNow());
                if (chance.Next(100) < ReversedPercent)
                    toReverse.Enqueue(transfer, number + chance.Next(MostMessagesUntilCancelled));
                yield return new(transfer, transfer.CommandId, transfer.TransactionId, null);
            }
            var (submission, course) = Next(chance, number, NamedId.Of("campaign", $"{seed}/{number}"), time.GetUtcNow());
            if (chance.Next(100) < CancelledPercent)
                toCancel.Enqueue(submission, number + chance.Next(MostMessagesUntilCancelled));
            foreach (var (request, after) in CampaignPeople.About(chance, submission, course).Concat(CampaignPeople.Operations(chance, submission)))
                asked.Enqueue(request, number + after);
            yield return new(submission, submission.TransactionId, submission.TransactionId, course);
        }
    }

    static Transfer Transfer(Random chance, Guid id, DateTimeOffset now)
    {
        var (from, to) = (RichName(chance.Next(Rich)), chance.Next(10) == 0 ? "nobody-1" : RichName(chance.Next(Rich)));
        return new Transfer(id, id, from, to, chance.Next(1, 100_00), Currency, from, now);
    }

    static (TransactionSubmitted Submission, Course Course) Next(Random chance, long number, Guid id, DateTimeOffset now)
    {
        var course = chance.Next(100) switch
        {
            < 72 => Course.Ordinary,
            < 80 => Course.Captured,
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
        return (new TransactionSubmitted(id, source, destination, amount, Currency, TransactionKind.Transfer, now, Channel: "campaign",
            Capture: course == Course.Captured ? TransactionCapture.Manual : null), course);
    }

    static string RichName(int i) => $"rich-{i:D3}";

    static string PoorName(int i) => $"poor-{i:D3}";
}
