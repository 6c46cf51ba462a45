using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Ledger.Deciding;
using Orchestrator.Messaging.Timers;
using Orchestrator.Sagas.TransactionSagas;
using static Orchestrator.Tests.Sagas.TransactionMessages;

namespace Orchestrator.Tests.Sagas.Model;

/// <summary>How much may still go wrong, and how much people may still do.</summary>
/// <param name="Acts">Requests of people and publishers, and what others do to the accounts.</param>
/// <param name="Duplicates">Messages that come once more.</param>
/// <param name="Losses">Replies that get lost.</param>
/// <param name="Timers">Timers that fire.</param>
sealed record Budget(int Acts, int Duplicates, int Losses, int Timers);

/// <summary>One state of everything: the saga, its timer, the ledger and all that is on its way between them.</summary>
sealed record ModelNode(
    TransactionSaga? Saga, TimerEntry? Timer, DateTimeOffset Now, ModelLedger Ledger, ImmutableList<object> UnderWay, Budget Left, ImmutableList<string> Path)
{
    /// <summary>What was announced to have become of the transaction.</summary>
    public ImmutableList<object> Ends { get; init; } = [];

    /// <summary>Somebody else has captured the hold, so that what becomes of the money is not the saga's doing alone.</summary>
    public bool Interfered { get; init; }

    /// <summary>An operator has said how it ended.</summary>
    public bool ByHand { get; init; }

    /// <summary>Tells nodes apart by all that decides how they go on; how they came about does not.</summary>
    public string Key => $"{Place}|{Left}";

    /// <summary>As <see cref="Key"/>, whatever is left of the budget.</summary>
    public string Place => string.Join('|',
        Saga is null ? "none" : string.Create(CultureInfo.InvariantCulture,
            $"{Saga.CurrentState} {Saga.Verdict} {Saga.CancelRequested} {Saga.HoldId} {Saga.Ending} {Saga.Reason} {Saga.Repeats} {Saga.Undo} {(Saga.DeadlineAt - Now)?.Ticks} {Saga.AmountMinor}")
            + JsonSerializer.Serialize(Saga.Details) + Saga.Timeline.Count(e => e.What is "more_asked"),
        (Timer?.DueAt - Now)?.Ticks,
        Ledger.Key,
        string.Join(' ', UnderWay.Select(KeyOf).Order(StringComparer.Ordinal)),
        Interfered, ByHand);

    /// <summary>Whether the transaction waits for nothing any more, and nothing is on its way.</summary>
    public bool IsSettled => UnderWay.IsEmpty && (Saga is null || HasEnded);

    /// <summary>Whether the saga waits for nothing.</summary>
    public bool HasEnded => Saga is { CurrentState: var state } && (TransactionStates.HasEnded(state) || state is "NeverSubmitted");

    /// <summary>Where the money is, by what was found in the end.</summary>
    public void AssertEnd()
    {
        if (Saga is not { AmountMinor: { } amount } || Interfered || ByHand)
            return;
        var moved = Saga.CurrentState is "Completed" ? Saga.MovedMinor!.Value : 0;
        var (alice, bob) = (Ledger.Counters("alice"), Ledger.Counters("bob"));
        Assert.Equal((0, 0), (alice.DebitsPendingMinor, bob.DebitsPendingMinor));
        Assert.True(alice.CreditsPostedMinor - alice.DebitsPostedMinor == Ledger.BeginsWithMinor - moved, $"alice has not what follows from {Saga.CurrentState}");
        Assert.Equal(moved, bob.CreditsPostedMinor - bob.DebitsPostedMinor);
        Assert.InRange(moved, 0, amount);
    }

    /// <summary>What must hold everywhere.</summary>
    public void AssertSound(ModelNode? before)
    {
        Ledger.AssertSound();
        var released = Ledger.Hold(StepIds.Of(Id, "hold")) is { Resolution: HoldResolution.Released };
        Assert.False(released && Ledger.Did(StepIds.Of(Id, "credit")), "posted and released");
        if (Saga is null)
            return;
        Assert.Equal(HasEnded, Timer is null);
        Assert.Equal(Saga.TimerToken, HasEnded ? Saga.TimerToken : Timer!.Id);
        Assert.True(HasEnded || Timer!.DueAt <= Saga.DeadlineAt, "the timer is due after the deadline");
        Assert.True(Ends.Count(e => e is not TransactionReversed) <= 1 && Ends.Count(e => e is TransactionReversed) <= 1, "announced to have ended twice");
        if (before?.Saga is { } was && TransactionStates.HasEnded(was.CurrentState))
            Assert.True(was.CurrentState == Saga.CurrentState || (was.CurrentState, Saga.CurrentState) is ("Completed", "Reversing"), "it had ended");
        if (Saga.HoldId is not null && !HasEnded)
            Assert.NotEqual(TransactionUndo.Nothing, Saga.Undo);
    }

    static string KeyOf(object message) => message switch
    {
        ILedgerCommand command => $"{command.GetType().Name}{command.CommandId:N}",
        ILedgerReply reply => $"{reply.GetType().Name}{reply.CommandId:N}",
        _ => message.GetType().Name,
    };
}
