using System.Collections.Immutable;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Deciding;
using Orchestrator.Messaging.Timers;
using Orchestrator.Sagas.TransactionSagas;
using static Orchestrator.Tests.Sagas.TransactionMessages;

namespace Orchestrator.Tests.Sagas.Model;

/// <summary>How the world around a transaction is.</summary>
/// <param name="Verdict">What the assessment says.</param>
/// <param name="Manual">Whether its publisher captures it.</param>
/// <param name="FundsSuffice">Whether the source can pay.</param>
/// <param name="PayeeExists">Whether there is a destination.</param>
sealed record ModelWorld(FraudOutcome Verdict, bool Manual, bool FundsSuffice, bool PayeeExists)
{
    /// <summary>Every one of them.</summary>
    public static IEnumerable<ModelWorld> All =>
        from verdict in new[] { FraudOutcome.Approve, FraudOutcome.Review, FraudOutcome.Decline }
        from manual in new[] { false, true }
        from world in new[] { (Funds: true, Payee: true), (Funds: false, Payee: true), (Funds: true, Payee: false) }
        select new ModelWorld(verdict, manual, world.Funds, world.Payee);
}

/// <summary>All that can happen next, to the real machine and the real ledger's decisions.</summary>
sealed class TransactionModel(ForkingLane lane)
{
    const int MostFairSteps = 80;

    static readonly (string Name, Func<object> Message)[] Acts =
    [
        ("cancel", () => Cancelled()),
        ("release", () => Reviewed()),
        ("confirm fraud", () => Reviewed(ReviewDecision.ConfirmFraud, request: 8)),
        ("ask for more", () => Reviewed(ReviewDecision.AskForMore, request: 9)),
        ("capture a part", () => CaptureAsked(500)),
        ("capture all", () => CaptureAsked(request: 2)),
        ("capture too much", () => CaptureAsked(9_999, request: 3)),
        ("reverse", () => ReversalAsked()),
        ("reverse again", () => ReversalAsked(request: 2)),
        ("retry", () => Retried()),
        ("resolve to voided", () => Resolved("voided", 2)),
        ("resolve to declined", () => Resolved("declined", 3)),
        ("resolve to compensated", () => Resolved("compensated", 4)),
        ("resolve to reversed", () => Resolved("reversed", 5)),
        ("resolve to completed", () => Resolved("completed", 6)),
        ("move to holding", () => Moved("holding", 7)),
        ("move to posting", () => Moved("posting", 8)),
        ("move to authorised", () => Moved("authorised", 9)),
        ("move to declined", () => Moved("declined", 10)),
        ("move to voided", () => Moved("voided", 11)),
    ];

    /// <summary>Nothing has happened yet: the submission and the assessment are on their way.</summary>
    public static ModelNode Begin(ModelWorld world, Budget budget) => new(
        Saga: null, Timer: null, Noon, new ModelLedger(world.FundsSuffice ? 2_000 : 100, world.PayeeExists),
        [world.Manual ? SubmittedForCapture() : Submitted(), Assessed(world.Verdict)], budget, []);

    /// <summary>Everything that can happen in <paramref name="node"/>.</summary>
    public IEnumerable<Func<Task<ModelNode>>> Next(ModelNode node)
    {
        for (var i = 0; i < node.UnderWay.Count; i++)
        {
            var at = i;
            yield return () => DeliverAsync(node, at, "arrives", keep: false);
            if (node.Left.Duplicates > 0)
                yield return () => DeliverAsync(node with { Left = node.Left with { Duplicates = node.Left.Duplicates - 1 } }, at, "arrives, and comes again", keep: true);
            if (node.Left.Losses > 0 && node.UnderWay[at] is ILedgerReply)
                yield return () => Task.FromResult(node with
                {
                    UnderWay = node.UnderWay.RemoveAt(at),
                    Left = node.Left with { Losses = node.Left.Losses - 1 },
                    Path = node.Path.Add($"{node.UnderWay[at].GetType().Name} is lost"),
                });
        }
        if (node.Timer is not null && node.Left.Timers > 0)
            yield return () => FireAsync(node with { Left = node.Left with { Timers = node.Left.Timers - 1 } });
        if (node.Left.Acts == 0)
            yield break;
        var less = node with { Left = node.Left with { Acts = node.Left.Acts - 1 } };
        foreach (var (name, message) in Acts)
            yield return () => TakeAsync(less, message(), name);
        foreach (var done in Others(less))
            yield return () => Task.FromResult(done);
    }

    /// <summary>Everything arrives, time passes, and who has to resolve something does: it ends.</summary>
    /// <param name="node">From where.</param>
    /// <param name="known">Places that are known to end; those on the way are added.</param>
    public async Task<int> SettleAsync(ModelNode node, HashSet<string>? known = null)
    {
        var steps = 0;
        for (; !node.IsSettled && (known is null || known.Add(node.Place)); steps++)
        {
            Assert.True(steps < MostFairSteps, $"it does not end: {string.Join("; ", node.Path)}");
            var before = node;
            node = !node.UnderWay.IsEmpty ? await DeliverAsync(node, 0, "arrives", keep: false)
                : node.Saga is { CurrentState: "CompensationFailed" } saga ? await TakeAsync(node, Resolved(
                    TransactionOperations.Of(saga).First(o => o.Operation == SagaOperation.Resolve).ToState!, 99), "is resolved")
                : await FireAsync(node);
            Check(node, before);
        }
        if (node.IsSettled)
            Checked(node, node.AssertEnd);
        return steps;
    }

    /// <summary>What must hold wherever one comes.</summary>
    public static void Check(ModelNode node, ModelNode? before) => Checked(node, () => node.AssertSound(before));

    // Others change what the ledger will say: the destination can no longer pay back, or the hold is gone.
    static IEnumerable<ModelNode> Others(ModelNode node)
    {
        if (node.Ledger.Counters("bob") != AccountState.NoCounters)
        {
            yield return node with { Ledger = node.Ledger.With("bob", AccountStatus.Frozen), Path = node.Path.Add("bob is frozen") };
            yield return node with { Ledger = node.Ledger.With("bob", AccountStatus.Open), Path = node.Path.Add("bob is unfrozen") };
        }
        var hold = StepIds.Of(Id, "hold");
        if (node.Ledger.Hold(hold) is not { Resolution: HoldResolution.Open })
            yield break;
        var (after, _) = node.Ledger.Take(new CaptureHold(StepIds.Of(Id, "somebody else"), StepIds.Of(Id, "another"), "alice", hold, "alice", Noon));
        yield return node with { Ledger = after, Interfered = true, Path = node.Path.Add("somebody else captures the hold") };
    }

    async Task<ModelNode> DeliverAsync(ModelNode node, int index, string how, bool keep)
    {
        var message = node.UnderWay[index];
        if (!keep)
            node = node with { UnderWay = node.UnderWay.RemoveAt(index) };
        if (message is not ILedgerCommand command)
            return await TakeAsync(node, message, $"{message.GetType().Name} {how}");
        var (after, sends) = node.Ledger.Take(command);
        return Sent(node with { Ledger = after, Path = node.Path.Add($"{command.GetType().Name} {how}") }, [sends]);
    }

    async Task<ModelNode> TakeAsync(ModelNode node, object message, string what) =>
        After(node, await lane.TakeAsync(node.Saga, node.Now, message), what, message is TransactionOperated { Operation: SagaOperation.Resolve });

    async Task<ModelNode> FireAsync(ModelNode node)
    {
        var timer = node.Timer!;
        var now = timer.DueAt > node.Now ? timer.DueAt : node.Now;
        return After(node with { Now = now, Timer = null }, await lane.FireAsync(node.Saga, now, timer), "the timer fires", mayResolve: false);
    }

    static ModelNode After(ModelNode node, SagaStep step, string what, bool mayResolve)
    {
        var timer = node.Timer is { } old && step.TakenBack.Contains(old.Id) ? null : node.Timer;
        foreach (var set in step.Set)
        {
            Assert.True(timer is null, $"two timers: {string.Join("; ", node.Path)}; {what}");
            timer = set;
        }
        return Sent(
            node with
            {
                Saga = step.Saga,
                Timer = timer,
                Path = node.Path.Add(what),
                Ends = node.Ends.AddRange(step.Published.Where(p => p is TransactionCompleted or TransactionDeclined or TransactionCompensated or TransactionVoided or TransactionReversed)),
                ByHand = node.ByHand || (mayResolve && node.Saga is { CurrentState: "CompensationFailed" } && step.Saga!.CurrentState is not "CompensationFailed"),
            },
            step.Published.OfType<ILedgerCommand>());
    }

    // What is on its way already is not put there twice; that something comes again is another choice.
    static ModelNode Sent(ModelNode node, IEnumerable<object> messages) =>
        node with { UnderWay = node.UnderWay.AddRange(messages.Where(m => !node.UnderWay.Contains(m))) };

    static void Checked(ModelNode node, Action check)
    {
        try
        {
            check();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{e.Message}\nin {node.Saga?.CurrentState ?? "no state"} after: {string.Join("; ", node.Path)}", e);
        }
    }
}
