using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Deciding;
using Orchestrator.Ledger.Storage;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Ledger.Lanes;

/// <summary>
/// The ledger of one lane: the single writer of the accounts whose keys fall into it, and of the lane's own clearing and settlement accounts.
/// A batch costs one round trip to read what is not in memory, and one command for each kind of row to write.
/// </summary>
public sealed class LedgerProcessor : LaneProcessor
{
    readonly LedgerMemory _memory;
    readonly LedgerReads _reads;
    readonly int _partition;
    readonly LedgerTelemetry _telemetry;
    readonly ILogger _logger;
    bool _mayGuess;
    bool _guessed;

    /// <summary>The processor of <paramref name="lane"/>.</summary>
    public LedgerProcessor(LaneId lane, NpgsqlDataSource database, LedgerOptions options, LedgerTelemetry telemetry, ILogger<LedgerProcessor> logger)
    {
        _partition = lane.Partition;
        _memory = new LedgerMemory(options.CachedAccountsPerLane, options.CachedHoldsPerLane);
        _reads = new LedgerReads(database, _memory, lane.Partition);
        _telemetry = telemetry;
        _logger = logger;
    }

    /// <inheritdoc />
    public override ValueTask PrepareAsync(IReadOnlyList<LaneMessage> messages, CancellationToken cancellationToken)
    {
        _guessed = _mayGuess;
        var accounts = new HashSet<string>(StringComparer.Ordinal);
        var holds = new HashSet<Guid>();
        var commands = new HashSet<Guid>();
        foreach (var message in messages)
        {
            if (message.Body is OpenAccount open)
                NeedAccount(open.AccountId);
            if (message.Body is IAccountCommand change)
                NeedCommand(change.AccountId, change.CommandId);
            if (message.Body is not ILedgerCommand command)
                continue;
            NeedCommand(command.AccountId, command.CommandId);
            if (command is CaptureHold { HoldId: var captured })
                NeedHold(captured);
            else if (command is ReleaseHold { HoldId: var released })
                NeedHold(released);
        }
        return _reads.LoadAsync(accounts, holds, commands, cancellationToken);

        void NeedCommand(string accountId, Guid commandId)
        {
            NeedAccount(accountId);
            if (_guessed)
                _memory.LearnNewCommand(commandId);
            else
                commands.Add(commandId);
        }

        void NeedAccount(string id)
        {
            if (!_memory.KnowsAccount(id))
                accounts.Add(id);
        }

        void NeedHold(Guid id)
        {
            if (!_memory.KnowsHold(id))
                holds.Add(id);
        }
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
    public override void Complete(UnitOfWork work) => LedgerWrites.Add(_memory, work);

    /// <inheritdoc />
    public override void Committed()
    {
        _mayGuess = true;
        _telemetry.Committed(_memory.Events, _memory.Refusals);
        _memory.Committed();
    }

    /// <inheritdoc />
    public override void RolledBack()
    {
        _mayGuess = false;
        _memory.RolledBack();
    }

    void Open(OpenAccount command, UnitOfWork work)
    {
        var now = Instants.Stored(work.Now);
        var slot = _memory.Account(command.AccountId);
        var settlement = _memory.Contra(AccountKind.Settlement, command.Currency, _partition, now);
        var decision = LedgerDecider.Open(slot.State, settlement.State!, command, now);
        if (decision is LedgerDecision.Refused(var reason))
        {
            // Nobody asked for a reply, and the account that is there stays as it is.
            LedgerLog.OpenRefused(_logger, LedgerLog.Masked(command.AccountId), reason);
            return;
        }
        if (slot.State is null)
            slot.Open(LedgerDecider.NewAccount(command, now));
        Record((LedgerDecision.Accepted)decision, slot, settlement, work);
    }

    void ChangeStatus(IAccountCommand command, UnitOfWork work)
    {
        // Nobody is answered: what it came to is told by the account's events.
        if (_memory.RepliesTo(command.CommandId) is not null)
            return;
        var now = Instants.Stored(work.Now);
        var slot = _memory.Account(command.AccountId);
        var decision = LedgerDecider.ChangeStatus(slot.State, command, now);
        if (Decided(command.CommandId, new(CommandFingerprint.Of(command), ReasonOf(decision), now), decision, slot, contra: null, work) is { } reason)
            LedgerLog.StatusRefused(_logger, command.GetType().Name, LedgerLog.Masked(command.AccountId), reason);
    }

    void Answer(ILedgerCommand command, UnitOfWork work)
    {
        var now = Instants.Stored(work.Now);
        var fingerprint = CommandFingerprint.Of(command);
        if (_memory.RepliesTo(command.CommandId) is { } replies)
        {
            AnswerAgain(command, replies, fingerprint, work);
            return;
        }
        var slot = _memory.Account(command.AccountId);
        var clearing = slot.State is { } account ? _memory.Contra(AccountKind.Clearing, account.Currency, _partition, now) : null;
        var decision = Decide(command, slot.State, clearing?.State, now);
        var refusal = Decided(command.CommandId, new(fingerprint, ReasonOf(decision), now), decision, slot, clearing, work);
        Tell(command, refusal, now, work);
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

    static string? ReasonOf(LedgerDecision decision) => (decision as LedgerDecision.Refused)?.Reason;

    static void AnswerAgain(ILedgerCommand command, IReadOnlyList<FirstReply> replies, Guid fingerprint, UnitOfWork work)
    {
        foreach (var first in replies)
        {
            if (first.Fingerprint == fingerprint)
            {
                Tell(command, first.Refusal, first.At, work);
                return;
            }
        }
        // Not the first reply, so not its message id either.
        work.Publish(LedgerReply.Of(command, LedgerRefusals.ExistsWithDifferentBody, Instants.Stored(work.Now)));
    }

    // Asked again, the steps that follow are asked again too: each of them knows whether it was taken before.
    static void Tell(ILedgerCommand command, string? refusal, DateTimeOffset at, UnitOfWork work)
    {
        if (refusal is null && OnwardCommand.Of(command, at) is { } next)
            work.Publish(next);
        else
            work.Publish(LedgerReply.Of(command, refusal, at), LedgerIds.Reply(command.CommandId));
    }

    LedgerDecision Decide(ILedgerCommand command, AccountState? account, AccountState? clearing, DateTimeOffset now) => command switch
    {
        PlaceHold c => LedgerDecider.PlaceHold(account, clearing, c, now),
        CaptureHold c => LedgerDecider.Capture(account, clearing, _memory.Hold(c.HoldId), c, now),
        ReleaseHold c => LedgerDecider.Release(account, _memory.Hold(c.HoldId), c, now),
        Credit c => LedgerDecider.Credit(account, clearing, c, now),
        _ => throw new InvalidOperationException($"{command.GetType().Name} is not decided here"),
    };

    void Record(LedgerDecision.Accepted decision, AccountSlot slot, AccountSlot? contra, UnitOfWork work)
    {
        foreach (var e in decision.Events)
        {
            var after = _memory.Record(e, slot, contra);
            work.Publish(e.Announce(after));
        }
    }
}
