using Npgsql;
using Orchestrator.Contracts.Ledger;
using Xunit;

namespace Orchestrator.Tests.Ledger;

/// <summary>Two lanes of the ledger, and the commands that are on their way between them. alice, bob and carol have 10.00 EUR, dave 10.00 USD.</summary>
sealed class LedgerNetwork(NpgsqlDataSource database)
{
    readonly LedgerLane[] _lanes = [new(database), new(database, partition: 1)];
    readonly List<ILedgerCommand> _underWay = [];
    readonly List<ILedgerCommand> _sent = [];

    /// <summary>All replies so far, each once.</summary>
    public HashSet<ILedgerReply> Replies { get; } = [];

    public static async Task<LedgerNetwork> OpenAsync(NpgsqlDataSource database)
    {
        var network = new LedgerNetwork(database);
        foreach (var name in new[] { "alice", "bob", "carol" })
            await network.LaneOf(name).RunAsync(Commands.Open(name, 1_000));
        await network.LaneOf("dave").RunAsync(Commands.Open("dave", 1_000, "USD"));
        return network;
    }

    public LedgerLane LaneOf(string accountId) => _lanes[accountId is "alice" or "dave" ? 0 : 1];

    /// <summary>Other processes take the lanes over.</summary>
    public void Restart()
    {
        foreach (var lane in _lanes)
            lane.Restart();
    }

    public void Send(ILedgerCommand command)
    {
        _underWay.Add(command);
        _sent.Add(command);
    }

    /// <summary>Something that was sent before is sent again.</summary>
    public void Repeat(int choice)
    {
        if (_sent.Count > 0)
            _underWay.Add(_sent[choice % _sent.Count]);
    }

    /// <summary>One of the commands that are on their way arrives.</summary>
    public async Task DeliverAsync(int choice)
    {
        if (_underWay.Count == 0)
            return;
        var command = _underWay[choice % _underWay.Count];
        _underWay.RemoveAt(choice % _underWay.Count);
        var published = await LaneOf(command.AccountId).RunAsync(command);
        Replies.UnionWith(LedgerLane.Replies(published));
        foreach (var next in published.Select(p => p.Body).OfType<ILedgerCommand>())
            Send(next);
    }

    /// <summary>Everything arrives.</summary>
    public async Task SettleAsync()
    {
        while (_underWay.Count > 0)
            await DeliverAsync(0);
    }

    /// <summary>Sends a command, lets everything arrive, and gives the one reply.</summary>
    public async Task<ILedgerReply> AskAsync(ILedgerCommand command)
    {
        Replies.Clear();
        Send(command);
        await SettleAsync();
        return Assert.Single(Replies);
    }
}
