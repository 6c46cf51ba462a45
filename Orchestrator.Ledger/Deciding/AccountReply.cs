using Orchestrator.Contracts.Accounts;

namespace Orchestrator.Ledger.Deciding;

/// <summary>What is told of a command about an account.</summary>
static class AccountReply
{
    /// <summary>The reply to <paramref name="command"/>.</summary>
    /// <param name="command">What was asked.</param>
    /// <param name="refusal">One of <see cref="Contracts.Ledger.LedgerRefusals"/>; null when it took effect.</param>
    /// <param name="at">When it was first decided.</param>
    public static IAccountReply Of(IAccountCommand command, string? refusal, DateTimeOffset at) => (command, refusal) switch
    {
        (_, { } reason) => new AccountCommandRefused(command.CommandId, command.AccountId, reason, at),
        (FreezeAccount c, _) => new AccountFrozen(c.CommandId, c.AccountId, at),
        (UnfreezeAccount c, _) => new AccountUnfrozen(c.CommandId, c.AccountId, at),
        (CloseAccount c, _) => new AccountClosed(c.CommandId, c.AccountId, at),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command.GetType(), "not a command of the ledger"),
    };

    /// <summary>The reply to an opening, which has no id of its own.</summary>
    public static IAccountReply Of(OpenAccount command, string? refusal, DateTimeOffset at)
    {
        var id = LedgerIds.Open(command.AccountId);
        return refusal is null ? new AccountOpened(id, command.AccountId, at) : new AccountOpeningRefused(id, command.AccountId, refusal, at);
    }
}
