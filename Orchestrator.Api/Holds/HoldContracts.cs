using Orchestrator.Casework.Alerts;
using Orchestrator.Ledger.Postings;
using Orchestrator.Sagas.Outlook;

namespace Orchestrator.Api.Holds;

/// <summary>An open hold that somebody has to decide about.</summary>
/// <param name="TransactionId">The transaction, under which it is decided: /v1/transactions/{id}/review.</param>
/// <param name="HoldId">The hold in the ledger: /v1/holds/{id}.</param>
/// <param name="State"><c>held</c>: a person is to look; <c>authorised</c>: the publisher is to take the money.</param>
/// <param name="Since">Since when, UTC.</param>
/// <param name="ExpiresAt">When the default is taken, UTC.</param>
/// <param name="AtExpiry">What happens then, for people.</param>
/// <param name="AccountId">The account whose money is on hold.</param>
/// <param name="DestinationAccountId">The account that is to receive it.</param>
/// <param name="AmountMinor">Minor units.</param>
/// <param name="Currency">ISO 4217 alphabetic code.</param>
/// <param name="Score">The assessment's score, 0 to 1000.</param>
/// <param name="Reasons">What the assessment found, in sentences.</param>
/// <param name="CaseIds">The cases in which somebody looks at it.</param>
/// <param name="Actions">What can be done about it now, by its stable name.</param>
/// <param name="Warned">Whether people were told that it is about to expire.</param>
/// <param name="Etag">The version of the transaction, for If-Match.</param>
public sealed record OpenHold(
    Guid TransactionId, Guid? HoldId, string State, DateTimeOffset Since, DateTimeOffset? ExpiresAt, string? AtExpiry, string AccountId, string? DestinationAccountId,
    long AmountMinor, string? Currency, int? Score, IReadOnlyList<string> Reasons, IReadOnlyList<Guid> CaseIds, IReadOnlyList<string> Actions, bool Warned, string Etag);

/// <summary>A hold, and the transaction behind it.</summary>
public sealed record HoldDetail : HoldView
{
    /// <summary>A hold, so far without its transaction.</summary>
    public HoldDetail(HoldView hold) : base(hold)
    {
    }

    /// <summary>The transaction whose money it is, where there is one.</summary>
    public HeldTransaction? Transaction { get; init; }
}

/// <summary>The transaction behind a hold.</summary>
/// <param name="TransactionId">The transaction.</param>
/// <param name="State">Where it is.</param>
/// <param name="Etag">Its version, for If-Match.</param>
/// <param name="Score">The assessment's score, 0 to 1000.</param>
/// <param name="Reasons">What the assessment found, in sentences.</param>
/// <param name="AtDeadline">What happens by itself when nobody does anything.</param>
/// <param name="Actions">What can be done now, by its stable name.</param>
/// <param name="Alerts">Alerts that it raised, oldest first.</param>
public sealed record HeldTransaction(
    Guid TransactionId, string State, string Etag, int? Score, IReadOnlyList<string> Reasons, DeadlineOutlook? AtDeadline, IReadOnlyList<string> Actions,
    IReadOnlyList<StoredAlert> Alerts);
