using System.Collections.Concurrent;
using Orchestrator.Benchmarks.Load;
using Orchestrator.Benchmarks.Transfers;

namespace Orchestrator.Benchmarks.Desk;

/// <summary>
/// What a desk asks for: seven reads of ten requests, three writes. Reads pick stored rows at random, from a fixed seed; writes are claims, closings of what was claimed, notes,
/// snoozes and new transactions.
/// </summary>
sealed class DeskWork(DeskClients clients, IReadOnlyList<Guid> transactions, IReadOnlyList<Guid> cases, TransferAccounts accounts)
{
    const int Workers = 100;

    readonly Random _random = new(11);
    readonly ConcurrentQueue<(Guid Case, string Actor)> _claimed = new();
    long _submitted;

    /// <summary>The next request: its name and what sends it.</summary>
    public (string Name, Func<CancellationToken, Task> Send) Next(long number)
    {
        var worker = $"worker-{number % Workers}";
        var account = $"stored-{_random.Next(StoredCases.Accounts)}";
        var transaction = transactions[_random.Next(transactions.Count)];
        var file = cases[_random.Next(cases.Count)];
        return (number % 20) switch
        {
            0 or 10 => ("transaction", Get($"v1/transactions/{transaction}", worker)),
            1 or 11 => ("decision", Get($"v1/decisions/{transaction}", worker)),
            2 or 12 => ("case", Get($"v1/cases/{file}", worker)),
            3 => ("cases of a queue", Get("v1/cases?queue=fraud_review&state=pending&limit=50", worker)),
            13 => ("cases of an account", Get($"v1/cases?account={account}", worker)),
            4 => ("alerts", Get("v1/alerts?limit=50", worker)),
            14 => ("alerts of an account", Get($"v1/alerts?account={account}", worker)),
            5 => ("decisions of an account", Get($"v1/decisions?account={account}&limit=50", worker)),
            15 => ("queues", Get("v1/cases/queues", worker)),
            6 or 16 => ("account", Get($"v1/accounts/{accounts.All[_random.Next(accounts.All.Count)]}", worker)),
            7 => ("transactions", Get("v1/transactions?limit=50", worker)),
            17 => ("holds", Get("v1/holds?limit=50", worker)),
            8 or 18 => ("claim", stop => ClaimAsync(worker, stop)),
            9 or 19 when _claimed.TryDequeue(out var mine) => ("close", stop => clients.CallAsync(
                HttpMethod.Post, $"v1/cases/{mine.Case}/close", mine.Actor, new { outcome = "inconclusive", reason = "nothing was found" }, stop)),
            9 => ("note", Post($"v1/cases/{file}/notes", worker, new { text = "called the customer" })),
            _ => ("submit", Post("v1/transactions", DeskClients.Program, Submission(number))),
        };
    }

    Func<CancellationToken, Task> Get(string path, string actor) => stop => clients.CallAsync(HttpMethod.Get, path, actor, body: null, stop);

    Func<CancellationToken, Task> Post(string path, string actor, object body) => stop => clients.CallAsync(HttpMethod.Post, path, actor, body, stop);

    async Task ClaimAsync(string worker, CancellationToken stop)
    {
        if (await clients.CallAsync(HttpMethod.Post, "v1/cases/claim", worker, new { }, stop) is { } claimed)
            _claimed.Enqueue((claimed.GetProperty("caseId").GetGuid(), worker));
    }

    object Submission(long number) => new
    {
        transactionId = SequencedId.Of(_submitted++, 1, DateTimeOffset.UtcNow),
        sourceAccountId = accounts.All[(int)(number % accounts.All.Count)],
        destinationAccountId = accounts.All[(int)((number + 1) % accounts.All.Count)],
        amountMinor = 5_000 + _random.Next(1_000),
        currency = TransferFlow.Currency,
        kind = "transfer",
    };
}
