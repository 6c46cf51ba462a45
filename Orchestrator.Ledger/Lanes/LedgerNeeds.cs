using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Deciding;
using Orchestrator.Ledger.Linked;

namespace Orchestrator.Ledger.Lanes;

/// <summary>What a unit's messages will ask for and the lane's memory does not have.</summary>
/// <param name="memory">What is known.</param>
/// <param name="guess">Whether commands may be taken for new: then only what cannot be guessed is asked for.</param>
sealed class LedgerNeeds(LedgerMemory memory, bool guess)
{
    public HashSet<string> Accounts { get; } = new(StringComparer.Ordinal);

    public HashSet<Guid> Holds { get; } = [];

    public HashSet<Guid> Commands { get; } = [];

    /// <summary>Credits that are to be undone.</summary>
    public HashSet<Guid> Credits { get; } = [];

    /// <summary>Chains of linked transfers.</summary>
    public HashSet<Guid> Chains { get; } = [];

    /// <summary>Linked transfers whose accounts have agreed, or not.</summary>
    public HashSet<Guid> Legs { get; } = [];

    /// <summary>Accounts that are to be closed unless they have promised to take an amount.</summary>
    public HashSet<string> PromisedBy { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether nothing is asked for.</summary>
    public bool None => Accounts.Count + Holds.Count + Commands.Count + Credits.Count + Chains.Count + Legs.Count + PromisedBy.Count == 0;

    public void Add(object? message)
    {
        switch (message)
        {
            case OpenAccount open:
                Account(open.AccountId);
                break;
            case IAccountCommand change:
                Command(change.AccountId, change.CommandId);
                if (change is CloseAccount)
                    PromisedBy.Add(change.AccountId);
                break;
            case LinkedTransfers linked:
                Chains.Add(linked.CommandId);
                break;
            case ILegMessage leg:
                AddLeg(leg);
                break;
            case ILinkedMessage linked:
                Chains.Add(linked.ChainId);
                break;
            case ExpireHold expire:
                Account(expire.AccountId);
                Hold(expire.HoldId);
                break;
            case ILedgerCommand command:
                Command(command.AccountId, command.CommandId);
                AddTo(command);
                break;
        }
    }

    void AddTo(ILedgerCommand command)
    {
        switch (command)
        {
            case CaptureHold capture:
                Hold(capture.HoldId);
                break;
            case ReleaseHold release:
                Hold(release.HoldId);
                break;
            case PlaceHold { Onward.CreditId: var credit }:
                AskedAgain(command.CommandId, credit);
                break;
            case Credit { Onward: { ChainId: not null, TransferId: { } linked } }:
                Legs.Add(linked);
                break;
            case Transfer:
                AskedAgain(command.CommandId, LedgerIds.CreditOf(command.CommandId));
                break;
            case Reverse reverse:
                Credits.Add(reverse.CreditId);
                AskedAgain(command.CommandId, LedgerIds.CreditOf(command.CommandId));
                break;
        }
    }

    void AddLeg(ILegMessage leg)
    {
        Legs.Add(leg.Transfer.TransferId);
        Account(leg.AccountId);
        if (leg.Side is LegSide.Payee)
            return;
        Command(leg.AccountId, leg.Transfer.TransferId);
        Hold(leg.Transfer.TransferId);
    }

    // When it was decided before, what follows depends on what became of its hold and of its credit since.
    void AskedAgain(Guid holdId, Guid creditId)
    {
        if (guess)
            return;
        Hold(holdId);
        Commands.Add(creditId);
    }

    void Command(string accountId, Guid commandId)
    {
        Account(accountId);
        if (guess)
            memory.LearnNewCommand(commandId);
        else
            Commands.Add(commandId);
    }

    void Account(string id)
    {
        if (!memory.KnowsAccount(id))
            Accounts.Add(id);
    }

    void Hold(Guid id)
    {
        if (!memory.KnowsHold(id))
            Holds.Add(id);
    }
}
