using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Linked;

namespace Orchestrator.Tests.Ledger;

/// <summary>
/// Two lanes of the ledger and everything that is on its way to them, in order for each account, as a topic keeps it. alice, bob and carol have 10.00 EUR,
/// dave 10.00 USD.
/// </summary>
sealed class LinkedNetwork(NpgsqlDataSource database)
{
    readonly LedgerLane[] _lanes = [new(database), new(database, partition: 1)];
    readonly SortedDictionary<string, Queue<IContract>> _underWay = new(StringComparer.Ordinal);

    /// <summary>All answers to transfers so far, each message once.</summary>
    public Dictionary<Guid, ILedgerReply> Replies { get; } = [];

    public bool IsQuiet => _underWay.Values.All(q => q.Count == 0);

    public static async Task<LinkedNetwork> OpenAsync(NpgsqlDataSource database)
    {
        var network = new LinkedNetwork(database);
        foreach (var name in new[] { "alice", "bob", "carol" })
            network.Send(Commands.Open(name, 1_000));
        network.Send(Commands.Open("dave", 1_000, "USD"));
        await network.SettleAsync();
        return network;
    }

    public LedgerLane LaneOf(string accountId) => _lanes[accountId is "alice" or "dave" ? 0 : 1];

    /// <summary>Other processes take the lanes over.</summary>
    public void Restart()
    {
        foreach (var lane in _lanes)
            lane.Restart();
    }

    public void Send(IContract message)
    {
        var key = KeyOf(message)!;
        if (!_underWay.TryGetValue(key, out var queue))
            _underWay.Add(key, queue = new Queue<IContract>());
        queue.Enqueue(message);
    }

    /// <summary>The next message of one of the accounts arrives; its unit may be lost first, and is then taken again.</summary>
    public async Task DeliverAsync(int choice, bool lose = false)
    {
        var waiting = _underWay.Values.Where(q => q.Count > 0).ToList();
        if (waiting.Count == 0)
            return;
        var message = waiting[choice % waiting.Count].Dequeue();
        var lane = LaneOf(KeyOf(message)!);
        if (lose)
            await lane.LoseAsync(message);
        Take(await lane.RunAsync(message));
    }

    /// <summary>Everything that waits at one lane arrives in one unit.</summary>
    public async Task DeliverTogetherAsync(int choice)
    {
        var lane = _lanes[choice % _lanes.Length];
        var messages = new List<IContract>();
        foreach (var queue in _underWay.Where(q => ReferenceEquals(LaneOf(q.Key), lane)).Select(q => q.Value))
        {
            messages.AddRange(queue);
            queue.Clear();
        }
        if (messages.Count > 0)
            Take(await lane.RunAsync(messages));
    }

    /// <summary>Everything arrives.</summary>
    public async Task SettleAsync()
    {
        while (!IsQuiet)
            await DeliverAsync(0);
    }

    /// <summary>Time goes on, and timers fire.</summary>
    public async Task WaitUntilAsync(DateTimeOffset instant)
    {
        foreach (var lane in _lanes)
            Take(await lane.WaitUntilAsync(instant));
    }

    /// <summary>What is on its way to an account is lost, as when a cluster is.</summary>
    public void Lose(string accountId) => _underWay.GetValueOrDefault(accountId)?.Clear();

    /// <summary>Why a transfer was refused; null when it was posted.</summary>
    /// <exception cref="KeyNotFoundException">It was not answered.</exception>
    public TransferRefused? RefusalOf(Guid transferId) =>
        Replies.Values.Single(r => r.CommandId == transferId) as TransferRefused;

    void Take(IEnumerable<LedgerLane.Published> published)
    {
        foreach (var (id, body) in published)
        {
            if (body is ILedgerReply reply)
                Replies[id] = reply;
            else if (KeyOf(body) is not null)
                Send((IContract)body);
        }
    }

    static string? KeyOf(object message) => message switch
    {
        OpenAccount m => m.AccountId,
        IAccountCommand m => m.AccountId,
        LinkedTransfers m => m.AccountId,
        ILinkedMessage m => m.AccountId,
        ILedgerCommand m => m.AccountId,
        _ => null,
    };
}
