using System.Security.Cryptography;
using System.Text.Json;
using Orchestrator.Contracts.Ledger;

namespace Orchestrator.Ledger.Linked;

/// <summary>How far a chain of linked transfers is. The numbers are stored.</summary>
public enum LinkedState : short
{
    /// <summary>Its accounts are being asked: nothing has moved.</summary>
    Asking = 0,

    /// <summary>All have agreed: every transfer takes effect.</summary>
    GoingThrough = 1,

    /// <summary>One has not: no transfer takes effect.</summary>
    GivenUp = 2,
}

/// <summary>What the two accounts of a transfer have agreed to.</summary>
/// <param name="HeldAt">When the payer placed the hold, UTC; null while it has not.</param>
/// <param name="Promised">Whether the payee will take the amount.</param>
public sealed record TransferAnswers(DateTimeOffset? HeldAt = null, bool Promised = false);

/// <summary>
/// A chain of linked transfers, as the lane of the account that pays first knows it. It is decided once: when all have agreed, by the first that does not,
/// or when time is over. Pure; what comes later changes nothing.
/// </summary>
/// <param name="ChainId">Its id for ever.</param>
/// <param name="AccountId">The account that pays first.</param>
/// <param name="Fingerprint">What was asked for.</param>
/// <param name="Transfers">Its transfers, in order.</param>
/// <param name="Answers">What their accounts have agreed to, in the same order.</param>
/// <param name="StartedAt">When it was taken, UTC.</param>
/// <param name="State">How far it is.</param>
/// <param name="DecidedAt">When it was decided, UTC.</param>
/// <param name="FailedIndex">The place of the transfer that failed.</param>
/// <param name="Reason">Why it failed.</param>
public sealed record LinkedChain(
    Guid ChainId,
    string AccountId,
    Guid Fingerprint,
    IReadOnlyList<LinkedTransfer> Transfers,
    IReadOnlyList<TransferAnswers> Answers,
    DateTimeOffset StartedAt,
    LinkedState State = LinkedState.Asking,
    DateTimeOffset? DecidedAt = null,
    int? FailedIndex = null,
    string? Reason = null)
{
    /// <summary>The chain that <paramref name="command"/> asks for.</summary>
    public static LinkedChain Begin(LinkedTransfers command, DateTimeOffset now) => new(
        command.CommandId, command.AccountId, FingerprintOf(command.Transfers), command.Transfers,
        [.. command.Transfers.Select(_ => new TransferAnswers())], now);

    /// <summary>What is asked for, in 16 bytes, to tell the same chain sent again from another under the same id.</summary>
    public static Guid FingerprintOf(IReadOnlyList<LinkedTransfer> transfers) =>
        new(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(transfers, LinkedJson.Default.IReadOnlyListLinkedTransfer)).AsSpan(0, 16), bigEndian: true);

    /// <summary>The chain after an account's answer.</summary>
    public LinkedChain After(LegAnswered answer, DateTimeOffset now)
    {
        if (State is not LinkedState.Asking || answer.Index < 0 || answer.Index >= Transfers.Count)
            return this;
        if (answer.Refusal is { } refusal)
            return GivenUp(answer.Index, refusal, now);
        var answers = Answers.ToArray();
        answers[answer.Index] = answer.Side is LegSide.Payer
            ? answers[answer.Index] with { HeldAt = answer.At }
            : answers[answer.Index] with { Promised = true };
        var after = this with { Answers = answers };
        return answers.All(HasAgreed) ? after with { State = LinkedState.GoingThrough, DecidedAt = now } : after;
    }

    /// <summary>The chain once its accounts had time to answer.</summary>
    public LinkedChain AfterTimeout(DateTimeOffset now) => State is not LinkedState.Asking
        ? this
        : GivenUp(Answers.TakeWhile(HasAgreed).Count(), LedgerRefusals.LinkedTimedOut, now);

    /// <summary>Why transfer <paramref name="index"/> does not take effect, once the chain is given up.</summary>
    public string ReasonOf(int index) => index == FailedIndex ? Reason! : LedgerRefusals.LinkedTransferFailed;

    static bool HasAgreed(TransferAnswers answers) => answers is { HeldAt: not null, Promised: true };

    LinkedChain GivenUp(int index, string reason, DateTimeOffset now) =>
        this with { State = LinkedState.GivenUp, DecidedAt = now, FailedIndex = index, Reason = reason };
}
