namespace Orchestrator.Contracts.Accounts;

/// <summary>What the ledger made of a command about an account. Topic <c>accounts</c>, keyed by the account.</summary>
public interface IAccountReply : IContract
{
    /// <summary>The command; of an opening an id that follows from the account's.</summary>
    Guid CommandId { get; }

    /// <summary>The account: the key.</summary>
    string AccountId { get; }

    /// <summary>When it was decided, UTC.</summary>
    DateTimeOffset At { get; }

    /// <inheritdoc />
    void IContract.Validate(ContractErrors errors)
    {
        errors.Id(CommandId, "commandId");
        errors.AccountId(AccountId, "accountId");
        errors.Instant(At, "at");
    }
}

/// <summary>The account is open. Told where <see cref="OpenAccount"/> asks for it.</summary>
public sealed record AccountOpened(Guid CommandId, string AccountId, DateTimeOffset At) : IAccountReply;

/// <summary>
/// The account is not opened; <paramref name="Reason"/> is one of <see cref="Ledger.LedgerRefusals"/>. Told where <see cref="OpenAccount"/> asks for it.
/// </summary>
public sealed record AccountOpeningRefused(Guid CommandId, string AccountId, string Reason, DateTimeOffset At) : IAccountReply;

/// <summary>The account is frozen, whoever asked.</summary>
public sealed record AccountFrozen(Guid CommandId, string AccountId, DateTimeOffset At) : IAccountReply;

/// <summary>The freeze is ended, whoever asked.</summary>
public sealed record AccountUnfrozen(Guid CommandId, string AccountId, DateTimeOffset At) : IAccountReply;

/// <summary>The account is closed, whoever asked.</summary>
public sealed record AccountClosed(Guid CommandId, string AccountId, DateTimeOffset At) : IAccountReply;

/// <summary>
/// Nothing has changed; <paramref name="Reason"/> is one of <see cref="Ledger.LedgerRefusals"/>. Told where the command asks for it.
/// </summary>
public sealed record AccountCommandRefused(Guid CommandId, string AccountId, string Reason, DateTimeOffset At) : IAccountReply;
