using CsCheck;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Sagas.TransactionSagas;
using static Orchestrator.Tests.Sagas.TransactionMessages;

namespace Orchestrator.Tests.Sagas;

/// <summary>Whatever the order, however often, whatever gets lost.</summary>
public sealed class TransactionPropertyTests(SagaPipeline pipeline)
{
    static readonly Func<object>[] Anything =
    [
        () => Submitted(), () => Cancelled(),
        () => Reviewed(), () => Reviewed(ReviewDecision.ConfirmFraud), () => Reviewed(ReviewDecision.AskForMore),
        () => Assessed(FraudOutcome.Approve), () => Assessed(FraudOutcome.Review), () => Assessed(FraudOutcome.Decline),
        () => HoldPlaced(), () => HoldRefused(), () => CreditRefused(), () => HoldCaptured(), () => HoldReleased(),
        () => CaptureRefused(), () => CaptureRefused(LedgerRefusals.HoldAlreadyCaptured),
        () => ReleaseRefused(), () => ReleaseRefused(LedgerRefusals.HoldAlreadyReleased),
    ];

    [Fact]
    public async Task Transaction_when_the_network_does_its_worst_ends_exactly_once_and_agrees_with_the_ledger() =>
        await Gen.Select(Gen.Int[0, 2], Gen.Bool, Gen.Bool, Gen.Bool, Gen.Int[0, 999].List[0, 40]).SampleAsync(
            async (verdict, fundsSuffice, payeeExists, reviewByDefault, choices) =>
            {
                var lane = await pipeline.OpenLaneAsync(reviewByDefault ? FraudDefault.Review : FraudDefault.Decline);
                var world = new TransactionWorld(lane, (FraudOutcome)verdict, fundsSuffice, payeeExists);
                foreach (var choice in choices)
                {
                    await world.StepAsync(choice);
                    AssertNoLimbo(lane);
                }
                await world.SettleAsync();

                AssertNoLimbo(lane);
                var ends = Ends(lane);
                if (!world.Submitted)
                {
                    Assert.Empty(lane.Published);
                    return;
                }
                var end = Assert.Single(ends);
                Assert.Equal(end.GetType().Name["Transaction".Length..], lane.Find(Id)!.CurrentState);
                Assert.False(world.Captured && world.Released, "captured and released");
                Assert.False(end is TransactionCompleted && lane.Find(Id)!.CancelRequested, "completed although it was taken back in time");
                Assert.Equal(end is TransactionCompleted, world.Captured);
                Assert.Equal(world.Held && end is not TransactionCompleted, world.Released);
            },
            iter: 400, threads: 1);

    [Fact]
    public async Task Transaction_when_anything_at_all_arrives_takes_it_and_is_never_in_limbo() =>
        await Gen.Int[0, 99].List[0, 30].SampleAsync(
            async choices =>
            {
                var lane = await pipeline.OpenLaneAsync();
                foreach (var choice in choices)
                {
                    if (choice < 90)
                        await lane.TakeAsync(Anything[choice % Anything.Length]());
                    else
                        await lane.WaitAsync(TimeSpan.FromSeconds(Math.Pow(3, choice - 90)));
                    AssertNoLimbo(lane);
                }
                Assert.InRange(Ends(lane).Count, 0, 1);
                Assert.False(
                    lane.Published.Exists(p => p is TransactionCompleted) && lane.Published.Exists(p => p is ReleaseHold), "completed and released");
            },
            iter: 1_000, threads: 1);

    [Fact]
    public async Task Transactions_when_many_are_mixed_in_batches_do_not_disturb_each_other() =>
        await Gen.Select(Gen.Int[0, 19].List[1, 200], Gen.Int[1, 60]).SampleAsync(
            async (order, batch) =>
            {
                var lane = await pipeline.OpenLaneAsync();
                var ids = Enumerable.Range(1, 20).Select(i => new Guid(i, 0, 0, new byte[8])).ToList();
                Func<Guid, object>[] life = [id => Submitted(id), id => Assessed(id: id), id => HoldCaptured(id)];
                var progress = new int[ids.Count];
                var messages = new List<object>();
                for (var i = 0; ; i++)
                {
                    var alive = Enumerable.Range(0, ids.Count).Where(x => progress[x] < life.Length).ToList();
                    if (alive.Count == 0)
                        break;
                    var which = alive[order[i % order.Count] % alive.Count];
                    messages.Add(life[progress[which]++](ids[which]));
                }
                foreach (var chunk in messages.Chunk(batch))
                    await lane.TakeAsync(chunk);

                Assert.All(ids, id => Assert.Equal("Completed", lane.Find(id)!.CurrentState));
                Assert.Equal(ids.Count, lane.Published.OfType<TransactionCompleted>().Count());
                Assert.Empty(lane.Timers);
            },
            iter: 50, threads: 1);

    static void AssertNoLimbo(TransactionLane lane)
    {
        if (lane.Find(Id) is not { } saga)
            return;
        if (TransactionStates.HasEnded(saga.CurrentState) || saga.CurrentState == "NeverSubmitted")
        {
            Assert.Empty(lane.Timers);
            return;
        }
        var timer = Assert.Single(lane.Timers);
        Assert.Equal(saga.TimerToken, timer.Id);
        Assert.Equal(saga.TimerDueAt, timer.DueAt);
        Assert.True(timer.DueAt <= saga.DeadlineAt, "the timer is due after the deadline");
    }

    static List<object> Ends(TransactionLane lane) =>
        lane.Published.FindAll(p => p is TransactionCompleted or TransactionDeclined or TransactionCompensated or TransactionVoided);
}
