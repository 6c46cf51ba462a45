using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Deciding;

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

    public void Add(object? message)
    {
        switch (message)
        {
            case OpenAccount open:
                Account(open.AccountId);
                break;
            case IAccountCommand change:
                Command(change.AccountId, change.CommandId);
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
            case Transfer:
                AskedAgain(command.CommandId, LedgerIds.CreditOf(command.CommandId));
                break;
            case Reverse reverse:
                Credits.Add(reverse.CreditId);
                AskedAgain(command.CommandId, LedgerIds.CreditOf(command.CommandId));
                break;
        }
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
