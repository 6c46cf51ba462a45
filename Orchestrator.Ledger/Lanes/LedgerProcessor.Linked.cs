using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Deciding;
using Orchestrator.Ledger.Linked;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Timers;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Ledger.Lanes;

/// <summary>
/// Linked transfers. The lane of the account that pays first asks both accounts of each transfer, decides once, and tells all; the lanes of these accounts
/// agree or refuse, and hold to it. docs/adr/0010 says why that is all or nothing.
/// </summary>
public sealed partial class LedgerProcessor
{
    void HandleLinked(ILinkedMessage message, UnitOfWork work)
    {
        switch (message)
        {
            case PrepareLeg prepare:
                work.Publish(new LegAnswered(
                    prepare.ChainId, prepare.AskedBy, prepare.Side, prepare.Index, Now(work), Prepare(prepare, work)));
                break;
            case AbandonLeg { Side: LegSide.Payer } abandon:
                AbandonPayer(abandon, work);
                break;
            case AbandonLeg abandon:
                AbandonPayee(abandon);
                break;
            case LegAnswered answer:
                Decide(answer.ChainId, chain => chain.After(answer, Now(work)), work);
                break;
            case LinkedTimeout timeout:
                Decide(timeout.ChainId, chain => chain.AfterTimeout(Now(work)), work);
                break;
        }
    }

    void Begin(LinkedTransfers command, UnitOfWork work)
    {
        var now = Now(work);
        if (_memory.Linked.Chain(command.CommandId) is { } known)
        {
            if (known.Fingerprint == LinkedChain.FingerprintOf(command.Transfers))
                GoOn(known, work);
            else
                work.Publish(new TransferRefused(command.CommandId, command.CommandId, LedgerRefusals.ExistsWithDifferentBody, command.AccountId, now));
            return;
        }
        var chain = LinkedChain.Begin(command, now);
        _memory.Linked.Set(chain);
        work.Schedule(Timeout(chain, work));
        for (var i = 0; i < chain.Transfers.Count; i++)
        {
            var transfer = chain.Transfers[i];
            work.Publish(new PrepareLeg(chain.ChainId, transfer.SourceAccountId, LegSide.Payer, i, transfer, chain.AccountId, now));
            work.Publish(new PrepareLeg(chain.ChainId, transfer.DestinationAccountId, LegSide.Payee, i, transfer, chain.AccountId, now));
        }
    }

    TimerEntry Timeout(LinkedChain chain, UnitOfWork work) => new(
        LedgerIds.TimeoutOf(chain.ChainId),
        chain.StartedAt + _linkedTimeout,
        OutgoingMessage.Of(
            work.Catalog.Of(typeof(LinkedTimeout)), new LinkedTimeout(chain.ChainId, chain.AccountId), LedgerIds.TimeoutOf(chain.ChainId), work.Lane.Source, work.Now));

    // What comes after the decision changes nothing, and is not an error.
    void Decide(Guid chainId, Func<LinkedChain, LinkedChain> step, UnitOfWork work)
    {
        if (_memory.Linked.Chain(chainId) is not { State: LinkedState.Asking } chain)
            return;
        var after = step(chain);
        _memory.Linked.Set(after);
        if (after.State is LinkedState.Asking)
            return;
        work.CancelTimer(LedgerIds.TimeoutOf(chainId));
        GoOn(after, work);
    }

    // Asked for again, a chain that is decided tells all accounts again: each knows whether it has heard it before.
    static void GoOn(LinkedChain chain, UnitOfWork work)
    {
        for (var i = 0; i < chain.Transfers.Count && chain.State is not LinkedState.Asking; i++)
        {
            var t = chain.Transfers[i];
            if (chain.State is LinkedState.GoingThrough)
            {
                work.Publish(new Credit(
                    LedgerIds.CreditOf(t.TransferId), t.TransferId, t.DestinationAccountId, t.AmountMinor, t.Currency, t.SourceAccountId, chain.StartedAt,
                    new CaptureOnward(
                        t.SourceAccountId, t.TransferId, LedgerIds.CaptureOf(t.TransferId), chain.Answers[i].HeldAt!.Value, t.TransferId, chain.ChainId)));
                continue;
            }
            var reason = chain.ReasonOf(i);
            work.Publish(new AbandonLeg(chain.ChainId, t.SourceAccountId, LegSide.Payer, t, reason, chain.FailedIndex!.Value, chain.StartedAt));
            work.Publish(new AbandonLeg(chain.ChainId, t.DestinationAccountId, LegSide.Payee, t, reason, chain.FailedIndex.Value, chain.StartedAt));
        }
    }

    // A refusal is kept by the chain alone until it is decided: the transfer's own comes with the decision.
    string? Prepare(PrepareLeg command, UnitOfWork work)
    {
        var transfer = command.Transfer;
        if (_memory.Linked.Leg(transfer.TransferId, command.Side) is { } leg)
        {
            return leg.ChainId != command.ChainId ? LedgerRefusals.ExistsWithDifferentBody
                : leg.State is LegState.GivenUp ? LedgerRefusals.LinkedTransferFailed
                : null;
        }
        var refusal = command.Side is LegSide.Payer ? Hold(command, work) : Promise(command, work);
        if (refusal is null)
            _memory.Linked.Set(new LinkedLeg(transfer.TransferId, command.Side, command.ChainId, command.AccountId, LegState.Agreed));
        return refusal;
    }

    string? Hold(PrepareLeg command, UnitOfWork work)
    {
        var transfer = Single(command);
        if (_memory.RepliesTo(transfer.CommandId) is not null)
            return LedgerRefusals.ExistsWithDifferentBody;
        var now = Now(work);
        var slot = _memory.Account(command.AccountId);
        var clearing = slot.State is { } account ? _memory.Contra(AccountKind.Clearing, account.Currency, _partition, now) : null;
        var decision = UnknownCurrency(transfer.Currency, slot.State) ?? LedgerDecider.Transfer(slot.State, clearing?.State, transfer, now);
        if (decision is LedgerDecision.Refused(var reason))
            return reason;
        Decided(transfer.CommandId, new(CommandFingerprint.Of(transfer), null, now), decision, slot, clearing, work);
        _memory.Learn(_memory.Hold(transfer.CommandId)! with { ChainId = command.ChainId });
        return null;
    }

    string? Promise(PrepareLeg command, UnitOfWork work)
    {
        var now = Now(work);
        var account = _memory.Account(command.AccountId).State;
        var clearing = account is null ? null : _memory.Contra(AccountKind.Clearing, account.Currency, _partition, now).State;
        var transfer = command.Transfer;
        var credit = new Credit(
            LedgerIds.CreditOf(transfer.TransferId), transfer.TransferId, command.AccountId, transfer.AmountMinor, transfer.Currency, transfer.SourceAccountId,
            command.RequestedAt);
        var decision = UnknownCurrency(transfer.Currency, account) ?? LedgerDecider.Promise(account, clearing, credit, now);
        return (decision as LedgerDecision.Refused)?.Reason;
    }

    void AbandonPayer(AbandonLeg command, UnitOfWork work)
    {
        var transfer = Single(command);
        var now = Now(work);
        var leg = _memory.Linked.Leg(transfer.CommandId, LegSide.Payer);
        if (leg is null ? _memory.RepliesTo(transfer.CommandId) is not null : leg.ChainId != command.ChainId)
        {
            // The id is another transfer's, which stays as it is; nor is this its first reply.
            work.Publish(Refused(command, LedgerRefusals.ExistsWithDifferentBody, now));
            return;
        }
        if (leg is null)
            Decided(transfer.CommandId, new(CommandFingerprint.Of(transfer), command.Reason, now), new LedgerDecision.Refused(command.Reason), _memory.Account(command.AccountId), null, work);
        else if (leg.State is LegState.Agreed)
            Release(command, work, now);
        if (leg?.State is not LegState.GivenUp)
            _memory.Linked.Set(new LinkedLeg(transfer.CommandId, LegSide.Payer, command.ChainId, command.AccountId, LegState.GivenUp));
        work.Publish(Refused(command, command.Reason, now), LedgerIds.Reply(LedgerIds.ReleaseOf(transfer.CommandId)));
    }

    void Release(AbandonLeg command, UnitOfWork work, DateTimeOffset now)
    {
        var holdId = command.Transfer.TransferId;
        var release = new ReleaseHold(
            LedgerIds.ReleaseOf(holdId), holdId, command.AccountId, holdId, command.AccountId, command.RequestedAt, Reason: command.Reason);
        var slot = _memory.Account(command.AccountId);
        var decision = LedgerDecider.Release(slot.State, _memory.Hold(holdId)! with { ChainId = null }, release, now);
        Decided(release.CommandId, new(CommandFingerprint.Of(release), ReasonOf(decision), now), decision, slot, null, work);
    }

    // A leg is left behind even where the account had not agreed, so that it never will.
    void AbandonPayee(AbandonLeg command)
    {
        var transferId = command.Transfer.TransferId;
        var leg = _memory.Linked.Leg(transferId, LegSide.Payee);
        if (leg is null || (leg.ChainId == command.ChainId && leg.State is LegState.Agreed))
            _memory.Linked.Set(new LinkedLeg(transferId, LegSide.Payee, command.ChainId, command.AccountId, LegState.GivenUp));
    }

    void EndPromise(Credit credit, string? refusal)
    {
        if (credit.Onward is not { ChainId: { } chainId, TransferId: { } transferId }
            || _memory.Linked.Leg(transferId, LegSide.Payee) is not { State: LegState.Agreed } leg || leg.ChainId != chainId)
            return;
        if (refusal is not null)
            throw new LedgerInvariantException(LedgerInvariant.PromiseIsKept, $"a credit that was promised is refused: {refusal}");
        _memory.Linked.Set(leg with { State = LegState.Taken });
    }

    static Transfer Single(ILegMessage leg)
    {
        var t = leg.Transfer;
        return new Transfer(t.TransferId, t.TransferId, t.SourceAccountId, t.DestinationAccountId, t.AmountMinor, t.Currency, t.SourceAccountId, leg.RequestedAt);
    }

    static TransferRefused Refused(AbandonLeg command, string reason, DateTimeOffset at) =>
        new(command.Transfer.TransferId, command.Transfer.TransferId, reason, command.AccountId, at, command.FailedIndex);
}
