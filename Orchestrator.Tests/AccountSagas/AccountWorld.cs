using Orchestrator.Contracts;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Sagas.AccountSagas;
using static Orchestrator.Tests.AccountSagas.AccountMessages;

namespace Orchestrator.Tests.AccountSagas;

/// <summary>
/// Everything around one account: a ledger that decides a command once and for ever, people who freeze and unfreeze by hand, and a network that delays,
/// repeats and loses as the given choices say. The ledger's commands and answers share a topic and a key, so they keep their order.
/// </summary>
sealed class AccountWorld(AccountLane lane, bool opened, bool isEmpty)
{
    readonly Dictionary<Guid, IAccountReply> _decided = [];
    readonly List<object> _underWay = [];
    readonly Queue<IAccountReply> _answers = [];
    readonly HashSet<Guid> _taken = [];
    int _seen;
    int _alerts;
    int _hands;

    public string Status { get; private set; } = opened ? "open" : "none";

    /// <summary>Whether the last freeze that counts was by hand.</summary>
    public bool IsByHand { get; private set; }

    /// <summary>One thing happens.</summary>
    public async Task StepAsync(int choice)
    {
        var (what, which) = (choice % 10, choice / 10);
        switch (what)
        {
            case 0:
                _underWay.Add(Alert(++_alerts, at: lane.Now));
                break;
            case 1 when which % 3 == 0:
                _underWay.Add(Requested());
                break;
            case 1:
                _underWay.Add(which % 2 == 0 ? Screened() : Identified());
                break;
            case 2:
                _underWay.Add(Reviewed((AccountDecision)(which % 5)));
                break;
            case 3:
                await lane.WaitAsync(TimeSpan.FromSeconds(1 + (which * 7)));
                break;
            case 4 when which % 5 == 0:
                await lane.WaitAsync(TimeSpan.FromDays(8));
                break;
            case 4 when which % 5 == 1:
                _underWay.Add(new AccountIdle(Account, lane.Now.AddDays(-400), lane.Now));
                break;
            case 5:
                ByHand(which % 2 == 0);
                break;
            case 6 when _underWay.Count > 0:
                _underWay.Add(_underWay[which % _underWay.Count]);
                break;
            case 7 when _answers.Count > 0:
                await TakeAnswerAsync();
                break;
            default:
                if (_underWay.Count > 0)
                    await DeliverAsync(which % _underWay.Count);
                break;
        }
        Decide();
    }

    /// <summary>The network calms down: everything arrives.</summary>
    public async Task SettleAsync()
    {
        while (_underWay.Count + _answers.Count > 0 || (AccountStates.Waits(lane.State) && lane.State is not ("Frozen" or "Dormant")))
        {
            if (_answers.Count > 0)
                await TakeAnswerAsync();
            else if (_underWay.Count > 0)
                await DeliverAsync(0);
            else
                await lane.WaitAsync(TimeSpan.FromDays(8));
            Decide();
        }
    }

    // An answer that is given again is the same message, which the inbox knows.
    async Task TakeAnswerAsync()
    {
        var answer = _answers.Dequeue();
        if (_taken.Add(answer.CommandId))
            await lane.TakeAsync(answer);
    }

    async Task DeliverAsync(int index)
    {
        var message = _underWay[index];
        _underWay.RemoveAt(index);
        await lane.TakeAsync(message);
    }

    void ByHand(bool freeze)
    {
        var id = new Guid(++_hands, 8, 8, new byte[8]);
        Answer(freeze ? new FreezeAccount(id, Account, "by hand", lane.Now) : new UnfreezeAccount(id, Account, "by hand", lane.Now), byHand: true);
    }

    void Decide()
    {
        for (; _seen < lane.Published.Count; _seen++)
        {
            switch (lane.Published[_seen])
            {
                case OpenAccount when Status == "none":
                    Status = "open";
                    _answers.Enqueue(Opened());
                    break;
                case OpenAccount:
                    _answers.Enqueue(Opened());
                    break;
                case IAccountCommand command:
                    Answer(command, byHand: false);
                    break;
                case ScreenCustomer:
                    _underWay.Add(Screened());
                    break;
                case CheckIdentity:
                    _underWay.Add(Identified());
                    break;
            }
        }
    }

    void Answer(IAccountCommand command, bool byHand)
    {
        if (!_decided.TryGetValue(command.CommandId, out var reply))
            _decided.Add(command.CommandId, reply = Decide(command, byHand));
        if (reply is not AccountCommandRefused || command.Reply)
            _answers.Enqueue(reply);
    }

    IAccountReply Decide(IAccountCommand command, bool byHand)
    {
        var refusal = (command, Status) switch
        {
            (_, "none") => LedgerRefusals.AccountNotFound,
            (_, "closed") => LedgerRefusals.AccountClosed,
            (FreezeAccount, "frozen") => LedgerRefusals.AccountFrozen,
            (UnfreezeAccount, "open") => LedgerRefusals.AccountNotFrozen,
            (CloseAccount, _) when !isEmpty => LedgerRefusals.AccountNotEmpty,
            _ => null,
        };
        if (refusal is not null)
            return new AccountCommandRefused(command.CommandId, Account, refusal, lane.Now);
        (Status, IsByHand) = command switch
        {
            FreezeAccount => ("frozen", byHand),
            UnfreezeAccount => ("open", false),
            _ => ("closed", false),
        };
        return command switch
        {
            FreezeAccount => new AccountFrozen(command.CommandId, Account, lane.Now),
            UnfreezeAccount => new AccountUnfrozen(command.CommandId, Account, lane.Now),
            _ => new AccountClosed(command.CommandId, Account, lane.Now),
        };
    }
}
