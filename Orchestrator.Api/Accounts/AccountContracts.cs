using Orchestrator.Contracts.Accounts;

namespace Orchestrator.Api.Accounts;

/// <summary>Asks for an account to be opened.</summary>
/// <param name="AccountId">The account's id for ever: 1 to 64 letters, digits and <c>. _ -</c>, starting with a letter or digit.</param>
/// <param name="CustomerId">The customer who owns it.</param>
/// <param name="Currency">ISO 4217 alphabetic code, or that of a configured asset, upper case.</param>
/// <param name="InitialBalanceMinor">Brought in by a funding posting, minor units; zero for none.</param>
/// <param name="Limits">What the account may do; none by default.</param>
public sealed record OpenAccountRequest(
    string AccountId, string CustomerId, string Currency, long InitialBalanceMinor = 0, AccountLimits? Limits = null)
{
    internal OpenAccount ToMessage(DateTimeOffset requestedAt) => new(AccountId, CustomerId, Currency, requestedAt, InitialBalanceMinor, Limits);
}

/// <summary>Applies for an account.</summary>
/// <param name="AccountId">The account's id for ever: 1 to 64 letters, digits and <c>. _ -</c>, starting with a letter or digit.</param>
/// <param name="CustomerId">The customer who is to own it.</param>
/// <param name="Currency">ISO 4217 alphabetic code, or that of a configured asset, upper case.</param>
/// <param name="Applicant">Who applies; kept no longer than it takes to check.</param>
/// <param name="InitialBalanceMinor">Brought in by a funding posting when it is opened, minor units; zero for none.</param>
/// <param name="Limits">What the account may do; none by default.</param>
public sealed record AccountApplicationRequest(
    string AccountId, string CustomerId, string Currency, Applicant Applicant, long InitialBalanceMinor = 0, AccountLimits? Limits = null)
{
    internal AccountRequested ToMessage(DateTimeOffset requestedAt) => new(AccountId, CustomerId, Currency, Applicant, requestedAt, InitialBalanceMinor, Limits);
}

/// <summary>An application as it stands.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="CustomerId">The customer.</param>
/// <param name="State">Where the account is: <c>requested</c> until the saga has it, then the saga's state by its name.</param>
/// <param name="Outcome">How the application ended: <c>opened</c>, <c>rejected</c> or <c>refused</c>; absent while it has not.</param>
/// <param name="Reason">Why it ended so, by its stable name.</param>
/// <param name="Findings">What was found about the applicant, a sentence each.</param>
/// <param name="Timeline">What happened when and why, oldest first.</param>
/// <param name="Remaining">What is still to happen, in order.</param>
/// <param name="DueAt">When the default is taken if nothing else happens, UTC.</param>
public sealed record AccountApplicationView(
    string AccountId,
    string CustomerId,
    string State,
    string? Outcome,
    string? Reason,
    IReadOnlyList<string> Findings,
    IReadOnlyList<Transactions.TimelineEntry> Timeline,
    IReadOnlyList<string> Remaining,
    DateTimeOffset? DueAt);

/// <summary>Asks for an account to be frozen, unfrozen or closed.</summary>
/// <param name="Reason">Why; kept with the account's event.</param>
/// <param name="CommandId">Identifies the request for ever; follows from the Idempotency-Key when there is none.</param>
public sealed record ChangeAccountRequest(string Reason, Guid? CommandId = null);

/// <summary>The account is going to be changed.</summary>
/// <param name="CommandId">The request's id.</param>
/// <param name="AccountId">The account.</param>
/// <param name="RequestedAt">When it was asked for, UTC.</param>
public sealed record AccountChangeAccepted(Guid CommandId, string AccountId, DateTimeOffset RequestedAt);

/// <summary>The account is going to be opened.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="RequestedAt">When it was asked for, UTC.</param>
public sealed record AccountAccepted(string AccountId, DateTimeOffset RequestedAt);
