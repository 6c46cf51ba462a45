using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Deciding;
using Orchestrator.Ledger.Linked;
using Orchestrator.Ledger.Storage;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Timers;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Ledger.Lanes;

/// <summary>
/// The ledger of one lane: the single writer of the accounts whose keys fall into it, and of the lane's own clearing and settlement accounts.
/// A batch costs one round trip to read what is not in memory, and one command for each kind of row to write.
/// </summary>
public sealed partial class LedgerProcessor : LaneProcessor
{
    readonly LedgerMemory _memory;
    readonly LedgerReads _reads;
    readonly int _partition;
    readonly TimeSpan _linkedTimeout;
    readonly CurrencyScales _currencies;
    readonly LedgerTelemetry _telemetry;
    readonly ILogger _logger;
    bool _mayGuess;
    bool _guessed;
    int _reusedIds;

    /// <summary>The processor of <paramref name="lane"/>.</summary>
    public LedgerProcessor(
        LaneId lane, NpgsqlDataSource database, LedgerOptions options, CurrencyScales currencies, LedgerTelemetry telemetry, ILogger<LedgerProcessor> logger)
    {
        _partition = lane.Partition;
        _memory = new LedgerMemory(options.CachedAccountsPerLane, options.CachedHoldsPerLane);
        _reads = new LedgerReads(database, _memory, lane.Partition);
        _linkedTimeout = TimeSpan.FromSeconds(options.LinkedTimeoutSeconds);
        _currencies = currencies;
        _telemetry = telemetry;
        _logger = logger;
    }

    /// <inheritdoc />
    public override ValueTask PrepareAsync(IReadOnlyList<LaneMessage> messages, CancellationToken cancellationToken)
    {
        _guessed = _mayGuess;
        var needs = new LedgerNeeds(_memory, _guessed);
        foreach (var message in messages)
            needs.Add(message.Body);
        return _reads.LoadAsync(needs, cancellationToken);
    }

    /// <inheritdoc />
    public override ValueTask HandleAsync(LaneMessage message, UnitOfWork work, CancellationToken cancellationToken)
    {
        switch (message.Body)
        {
            case OpenAccount open:
                Open(open, work);
                break;
            case IAccountCommand change:
                ChangeStatus(change, work);
                break;
            case ExpireHold expire:
                Expire(expire, work);
                break;
            case LinkedTransfers linked:
                Begin(linked, work);
                break;
            case ILinkedMessage linked:
                HandleLinked(linked, work);
                break;
            case ILedgerCommand command:
                Answer(command, work);
                break;
            default:
                // Other messages of the topic accounts are for others.
                break;
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// A command is nearly always new: one that was decided before, and is asked for again, is found by the commit. The first unit of a lane, and the one
    /// after a failure, ask the database.
    /// </summary>
    public override bool Guessed => _guessed;

    /// <inheritdoc />
    public override string? InvariantOf(Exception failure) => base.InvariantOf(failure) ?? LedgerInvariant.Of(failure);

    /// <inheritdoc />
    public override void Complete(UnitOfWork work) => LedgerWrites.Add(_memory, work);

    /// <inheritdoc />
    public override void Committed()
    {
        _mayGuess = true;
        _telemetry.Committed(_memory.Events, _memory.Refusals);
        _telemetry.Decided(_memory.Linked.Decided);
        _telemetry.IdsReused(_reusedIds);
        _reusedIds = 0;
        _memory.Committed();
    }

    /// <inheritdoc />
    public override void RolledBack()
    {
        _mayGuess = false;
        _reusedIds = 0;
        _memory.RolledBack();
    }

    /// <inheritdoc />
    public override ValueTask DisposeAsync()
    {
        // A head that is in a log elsewhere cannot be rewritten with the chain.
        if (_memory.Chain.Stored is { Sequence: > 0 } head)
            LedgerLog.ChainHead(_logger, new LaneId(LedgerModule.Group, _partition), head.Sequence, Convert.ToHexStringLower(head.Hash));
        return base.DisposeAsync();
    }

    void Open(OpenAccount command, UnitOfWork work)
    {
        var now = Now(work);
        var slot = _memory.Account(command.AccountId);
        var settlement = _memory.Contra(AccountKind.Settlement, command.Currency, _partition, now);
        var decision = LedgerDecider.Open(slot.State, settlement.State!, command, now);
        if (decision is LedgerDecision.Refused(var reason))
        {
            // The account that is there stays as it is.
            LedgerLog.OpenRefused(_logger, LedgerLog.Masked(command.AccountId), reason);
        }
        else
        {
            if (slot.State is null)
                slot.Open(LedgerDecider.NewAccount(command, now));
            Record((LedgerDecision.Accepted)decision, slot, settlement, work);
        }
        if (command.Reply)
            work.Publish(AccountReply.Of(command, ReasonOf(decision), now));
    }

    void ChangeStatus(IAccountCommand command, UnitOfWork work)
    {
        // Who does not wait is not answered again: what it came to was told by the account's events.
        if (_memory.RepliesTo(command.CommandId) is { } replies)
        {
            var fingerprint = CommandFingerprint.Of(command);
            var first = replies.FirstOrDefault(r => r.Fingerprint == fingerprint);
            if (first is null)
            {
                _reusedIds++;
                LedgerLog.IdReused(_logger, command.GetType().Name, LedgerLog.Masked(command.AccountId), command.CommandId);
            }
            if (command.Reply && first is not null)
                work.Publish(AccountReply.Of(command, first.Refusal, first.At), LedgerIds.Reply(command.CommandId));
            else if (command.Reply)
                work.Publish(AccountReply.Of(command, LedgerRefusals.ExistsWithDifferentBody, Now(work)));
            return;
        }
        var now = Now(work);
        var slot = _memory.Account(command.AccountId);
        var decision = LedgerDecider.ChangeStatus(slot.State, command, now);
        if (decision is LedgerDecision.Accepted && command is CloseAccount && _memory.Linked.HasPromised(command.AccountId))
            decision = new LedgerDecision.Refused(LedgerRefusals.AccountNotEmpty);
        var refusal = Decided(command.CommandId, new(CommandFingerprint.Of(command), ReasonOf(decision), now), decision, slot, contra: null, work);
        if (refusal is { } reason)
            LedgerLog.StatusRefused(_logger, command.GetType().Name, LedgerLog.Masked(command.AccountId), reason);
        // What a person or a service does with an account, whoever asked, is heard by those who follow the account.
        if (refusal is null || command.Reply)
            work.Publish(AccountReply.Of(command, refusal, now), LedgerIds.Reply(command.CommandId));
    }

    void Answer(ILedgerCommand command, UnitOfWork work)
    {
        var now = Now(work);
        var fingerprint = CommandFingerprint.Of(command);
        if (_memory.RepliesTo(command.CommandId) is { } replies)
        {
            AnswerAgain(command, replies, fingerprint, work);
            return;
        }
        var slot = _memory.Account(command.AccountId);
        var contra = slot.State is { } account ? _memory.Contra(ContraOf(command), account.Currency, _partition, now) : null;
        var decision = Decide(command, slot.State, contra?.State, now);
        var refusal = Decided(command.CommandId, new(fingerprint, ReasonOf(decision), now), decision, slot, contra, work);
        if (refusal is null && command is PlaceHold { ExpiresAt: { } expiresAt } hold)
            work.Schedule(Expiry(hold, expiresAt, work));
        if (command is Credit { Onward.ChainId: not null } credit)
            EndPromise(credit, refusal);
        Tell(command, refusal, now, work);
    }

    static TimerEntry Expiry(PlaceHold hold, DateTimeOffset at, UnitOfWork work) => new(
        LedgerIds.ExpiryOf(hold.CommandId),
        Instants.Stored(at),
        OutgoingMessage.Of(
            work.Catalog.Of(typeof(ExpireHold)), new ExpireHold(hold.CommandId, hold.TransactionId, hold.AccountId, hold.ReplyKey),
            LedgerIds.ExpiryOf(hold.CommandId), work.Lane.Source, work.Now));

    static AccountKind ContraOf(ILedgerCommand command) => command switch
    {
        Credit credit => ContraAccounts.KindOf(credit.Purpose),
        Debit debit => ContraAccounts.KindOf(debit.Purpose),
        _ => AccountKind.Clearing,
    };

    void Expire(ExpireHold command, UnitOfWork work)
    {
        var slot = _memory.Account(command.AccountId);
        var decision = (LedgerDecision.Accepted)LedgerDecider.Expire(slot.State, _memory.Hold(command.HoldId), command, Now(work));
        Record(decision, slot, contra: null, work);
        foreach (var e in decision.Events)
            work.Publish(new HoldExpired(command.HoldId, command.TransactionId, command.HoldId, command.ReplyKey, e.RecordedAt), LedgerIds.Reply(e.CommandId));
    }

    // For the first time: it takes effect, or its refusal is kept, and whoever asks again in this unit gets the same.
    string? Decided(Guid commandId, FirstReply reply, LedgerDecision decision, AccountSlot slot, AccountSlot? contra, UnitOfWork work)
    {
        if (decision is LedgerDecision.Accepted accepted)
            Record(accepted, slot, contra, work);
        else
            _memory.Record(new Refusal(commandId, reply.Fingerprint, reply.Refusal!, reply.At));
        _memory.Learn(commandId, reply);
        return reply.Refusal;
    }

    // Never before what the lane has recorded, whichever machine's clock that was: what an account had at an instant stays what it was.
    DateTimeOffset Now(UnitOfWork work) => Instants.Later(Instants.Stored(work.Now), _memory.Chain.RecordedAt);

    static string? ReasonOf(LedgerDecision decision) => (decision as LedgerDecision.Refused)?.Reason;

    void AnswerAgain(ILedgerCommand command, IReadOnlyList<FirstReply> replies, Guid fingerprint, UnitOfWork work)
    {
        var now = Now(work);
        foreach (var first in replies)
        {
            if (first.Fingerprint != fingerprint || (first.Refusal is null && !IsSame(command)))
                continue;
            if (first.Refusal is null && CannotGoOn(command) is { } why)
                work.Publish(LedgerReply.Of(command, why, now));
            else
                Tell(command, first.Refusal, first.At, work);
            return;
        }
        // Not the first reply, so not its message id either.
        work.Publish(LedgerReply.Of(command, LedgerRefusals.ExistsWithDifferentBody, now));
    }

    // Where it was to go is kept with the hold. One that was placed without a destination may get one, but not of a transfer.
    bool IsSame(ILedgerCommand command) => (command, _memory.KnownHold(command.CommandId)) switch
    {
        // A transfer is linked or single for ever: the one is never taken for the other.
        (PlaceHold or Transfer, { ChainId: not null }) => false,
        (PlaceHold { Onward.DestinationAccountId: var to }, { CounterpartyAccountId: { } was }) => string.Equals(to, was, StringComparison.Ordinal),
        (Transfer { DestinationAccountId: var to }, { CounterpartyAccountId: var was }) => string.Equals(to, was, StringComparison.Ordinal),
        (Reverse { CreditId: var credit }, { ReversesTransactionId: var was }) => _memory.Received(credit)?.TransactionId == was,
        _ => true,
    };

    // Somebody gave the hold back before the credit was decided: then there must be no credit any more.
    string? CannotGoOn(ILedgerCommand command)
    {
        Guid? credit = command switch
        {
            PlaceHold { Onward.CreditId: var id } => id,
            Transfer or Reverse => LedgerIds.CreditOf(command.CommandId),
            _ => null,
        };
        return credit is { } creditId && _memory.WasDecided(creditId) is false && _memory.KnownHold(command.CommandId) is { } hold
            ? hold.Resolution switch
            {
                HoldResolution.Released => hold.ReleasedBecause ?? LedgerRefusals.HoldAlreadyReleased,
                HoldResolution.Expired => LedgerRefusals.HoldExpired,
                _ => null,
            }
            : null;
    }

    // Asked again, the steps that follow are asked again too: each of them knows whether it was taken before.
    void Tell(ILedgerCommand command, string? refusal, DateTimeOffset at, UnitOfWork work)
    {
        var received = command is Reverse reverse ? _memory.Received(reverse.CreditId) : null;
        if (OnwardCommand.Of(command, refusal, at, received, _memory.Account(command.AccountId).State?.Currency) is { } next)
            work.Publish(next);
        else
            work.Publish(LedgerReply.Of(command, refusal, at), LedgerIds.Reply(command.CommandId));
    }

    // What an account is in is known for ever, so that nothing that was promised to it fails for that.
    LedgerDecision.Refused? UnknownCurrency(string currency, AccountState? account) =>
        string.Equals(account?.Currency, currency, StringComparison.Ordinal) || _currencies.IsKnown(currency)
            ? null
            : new LedgerDecision.Refused(LedgerRefusals.UnknownCurrency);

    LedgerDecision Decide(ILedgerCommand command, AccountState? account, AccountState? contra, DateTimeOffset now) => command switch
    {
        IAmountCommand { Currency: var currency } when UnknownCurrency(currency, account) is { } refused => refused,
        PlaceHold c => LedgerDecider.PlaceHold(account, contra, c, now),
        CaptureHold c => LedgerDecider.Capture(account, contra, _memory.Hold(c.HoldId), c, now),
        ReleaseHold c => LedgerDecider.Release(account, _memory.Hold(c.HoldId), c, now),
        Credit c => LedgerDecider.Credit(account, contra, c, now),
        Debit c => LedgerDecider.Debit(account, contra, c, now),
        Transfer c => LedgerDecider.Transfer(account, contra, c, now),
        Reverse c => LedgerDecider.Reverse(account, contra, _memory.Received(c.CreditId), c, now),
        _ => throw new InvalidOperationException($"{command.GetType().Name} is not decided here"),
    };

    void Record(LedgerDecision.Accepted decision, AccountSlot slot, AccountSlot? contra, UnitOfWork work)
    {
        foreach (var e in decision.Events)
        {
            // The timer of a hold that expires is the message that is being handled.
            if (e is { HoldId: { } holdId, Type: LedgerEventType.HoldCaptured or LedgerEventType.HoldReleased } && _memory.Hold(holdId)?.ExpiresAt is not null)
                work.CancelTimer(LedgerIds.ExpiryOf(holdId));
            var (link, after) = _memory.Record(e, slot, contra);
            work.Publish(link.Announce(after));
        }
    }
}
