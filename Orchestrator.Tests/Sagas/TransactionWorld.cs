using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;
using static Orchestrator.Tests.Sagas.TransactionMessages;

namespace Orchestrator.Tests.Sagas;

/// <summary>
/// Everything around one transaction: a ledger that answers a command once and for ever, and a network that delays, reorders, repeats and loses
/// as the given choices say.
/// </summary>
sealed class TransactionWorld(TransactionLane lane, FraudOutcome verdict, bool fundsSuffice, bool payeeExists)
{
    readonly Dictionary<Guid, ILedgerReply> _answered = [];
    readonly List<object> _underWay = [];
    int _seen;

    public bool Submitted { get; private set; }

    public bool Captured => _answered.Values.Any(r => r is HoldCaptured);

    public bool Released => _answered.Values.Any(r => r is HoldReleased);

    public bool Held => _answered.Values.Any(r => r is Contracts.Ledger.HoldPlaced or Contracts.Ledger.CreditRefused or Contracts.Ledger.HoldCaptured);

    /// <summary>One thing happens.</summary>
    public async Task StepAsync(int choice)
    {
        var (what, which) = (choice % 10, choice / 10);
        switch (what)
        {
            case 0:
                _underWay.Add(TransactionMessages.Submitted());
                Submitted = true;
                break;
            case 1:
                _underWay.Add(Assessed(verdict));
                break;
            case 2 when which % 3 == 0:
                _underWay.Add(Cancelled());
                break;
            case 2 when which % 3 == 1:
                _underWay.Add(Reviewed((ReviewDecision)(which % 2)));
                break;
            case 3:
                await WaitAsync(TimeSpan.FromSeconds(1 + (which * 7)));
                break;
            case 4 when which % 7 == 0:
                await WaitAsync(TimeSpan.FromHours(25));
                break;
            case 5 when _underWay.Count > 0:
                _underWay.Add(_underWay[which % _underWay.Count]);
                break;
            case 6 when which % 4 == 0 && _underWay.Count > 0:
                Lose(which % _underWay.Count);
                break;
            default:
                if (_underWay.Count > 0)
                    await DeliverAsync(which % _underWay.Count);
                break;
        }
    }

    /// <summary>The network calms down: everything arrives, and time passes until nothing more happens.</summary>
    public async Task SettleAsync()
    {
        for (var quiet = 0; quiet < 3;)
        {
            while (_underWay.Count > 0)
            {
                await DeliverAsync(0);
                quiet = 0;
            }
            await WaitAsync(TimeSpan.FromHours(25));
            quiet = _underWay.Count > 0 ? 0 : quiet + 1;
        }
    }

    async Task WaitAsync(TimeSpan time)
    {
        await lane.WaitAsync(time);
        Answer();
    }

    async Task DeliverAsync(int index)
    {
        var message = _underWay[index];
        _underWay.RemoveAt(index);
        await lane.TakeAsync(message);
        Answer();
    }

    // Only replies may get lost: they are asked for again. What starts a transaction is delivered at least once.
    void Lose(int index)
    {
        if (_underWay[index] is ILedgerReply)
            _underWay.RemoveAt(index);
    }

    void Answer()
    {
        for (; _seen < lane.Published.Count; _seen++)
        {
            if (lane.Published[_seen] is not ILedgerCommand command)
                continue;
            if (!_answered.TryGetValue(command.CommandId, out var reply))
                _answered.Add(command.CommandId, reply = Decide(command));
            _underWay.Add(reply);
        }
    }

    ILedgerReply Decide(ILedgerCommand command) => command switch
    {
        PlaceHold when !fundsSuffice => HoldRefused(),
        PlaceHold { Onward: null } => HoldPlaced(),
        PlaceHold when payeeExists => HoldCaptured(),
        PlaceHold => CreditRefused(),
        Credit when payeeExists => HoldCaptured(),
        Credit => CreditRefused(),
        ReleaseHold when Captured => ReleaseRefused(LedgerRefusals.HoldAlreadyCaptured),
        ReleaseHold => HoldReleased(),
        _ => throw new InvalidOperationException($"{command.GetType().Name} is not a command the saga sends"),
    };
}
