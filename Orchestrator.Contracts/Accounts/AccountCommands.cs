namespace Orchestrator.Contracts.Accounts;

/// <summary>
/// A command that changes what an account may do. Topic <c>accounts</c>, keyed by the account. The command id is an idempotency key that never
/// expires: the same command again changes nothing. What took effect is told by the account's events on <c>ledger-events</c>, and by an
/// <see cref="IAccountReply"/> on <c>accounts</c>; a refusal, and what became of a command that comes again, where somebody asks for it.
/// </summary>
public interface IAccountCommand : IContract
{
    /// <summary>Identifies the command for ever.</summary>
    Guid CommandId { get; }

    /// <summary>The account: the key.</summary>
    string AccountId { get; }

    /// <summary>Why, for people; kept with the event.</summary>
    string Reason { get; }

    /// <summary>When it was asked for, UTC.</summary>
    DateTimeOffset RequestedAt { get; }

    /// <summary>Whether somebody waits for what becomes of it: then a refusal is told too, and a command that comes again is answered again.</summary>
    bool Reply { get; }

    /// <inheritdoc />
    void IContract.Validate(ContractErrors errors)
    {
        errors.Id(CommandId, "commandId");
        errors.AccountId(AccountId, "accountId");
        errors.Required(Reason, "reason");
        errors.Instant(RequestedAt, "requestedAt");
    }
}

/// <summary>
/// Lets no more money leave the account: new holds are refused. What was held before may still be captured or released, and money may come in.
/// </summary>
public sealed record FreezeAccount(Guid CommandId, string AccountId, string Reason, DateTimeOffset RequestedAt, bool Reply = false) : IAccountCommand;

/// <summary>Ends a freeze.</summary>
public sealed record UnfreezeAccount(Guid CommandId, string AccountId, string Reason, DateTimeOffset RequestedAt, bool Reply = false) : IAccountCommand;

/// <summary>
/// Closes the account for ever. It must be at zero, with nothing pending, and not frozen, unless <paramref name="WhileFrozen"/> says that whoever froze it closes it.
/// </summary>
public sealed record CloseAccount(
    Guid CommandId, string AccountId, string Reason, DateTimeOffset RequestedAt, bool Reply = false, bool WhileFrozen = false) : IAccountCommand;
