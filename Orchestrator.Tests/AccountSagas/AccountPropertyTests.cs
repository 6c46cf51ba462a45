using CsCheck;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Sagas.AccountSagas;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.AccountSagas.AccountMessages;

namespace Orchestrator.Tests.AccountSagas;

/// <summary>Whatever the order, however often.</summary>
public sealed class AccountPropertyTests(AccountPipeline pipeline)
{
    static readonly Func<AccountLane, object>[] Anything =
    [
        _ => Requested(), _ => Screened(), _ => Screened(Hit), _ => Identified(), _ => Identified("customer-9"),
        _ => Reviewed(AccountDecision.Approve), _ => Reviewed(AccountDecision.Reject), _ => Reviewed(AccountDecision.Unfreeze),
        _ => Reviewed(AccountDecision.Close), _ => Reviewed(AccountDecision.KeepFrozen),
        l => Alert(1, at: l.Now), l => Alert(2, at: l.Now), l => Alert(3, at: l.Now), l => Alert(4, at: l.Now), _ => Alert(5, "compensated"), _ => Idle(), _ => Idle(3),
        _ => Opened(), _ => OpeningRefused(), l => Frozen(l, 0), l => Frozen(l, -60), l => FrozenByHand(l.Now), l => Unfrozen(l, 0), l => UnfrozenByHand(l.Now), l => Closed(l),
        l => Refused(l, LedgerRefusals.AccountFrozen), l => Refused(l, LedgerRefusals.AccountNotFrozen), l => Refused(l, LedgerRefusals.AccountClosed),
        l => Refused(l, LedgerRefusals.AccountNotEmpty),
    ];

    [Fact]
    public async Task Account_when_the_network_does_its_worst_is_frozen_exactly_if_the_ledger_says_so() =>
        await Gen.Select(Gen.Bool, Gen.Bool, Gen.Int[0, 999].List[0, 60]).SampleAsync(
            async (opened, isEmpty, choices) =>
            {
                var lane = await pipeline.OpenLaneAsync();
                var world = new AccountWorld(lane, opened, isEmpty);
                foreach (var choice in choices)
                {
                    await world.StepAsync(choice);
                    AssertNoLimbo(lane);
                }
                await world.SettleAsync();

                AssertNoLimbo(lane);
                if (lane.State is "Initial" or "Rejected" || world.Status == "none")
                    return;
                Assert.Equal(world.Status, lane.State switch { "Open" => "open", "Closed" => "closed", _ => "frozen" });
                Assert.Equal(world.IsByHand, lane.State == "FrozenByHand");
            },
            iter: Samples.Of(600), threads: 1);

    [Fact]
    public async Task Account_when_anything_at_all_arrives_takes_it_and_is_never_in_limbo() =>
        await Gen.Int[0, 99].List[0, 40].SampleAsync(
            async choices =>
            {
                var lane = await pipeline.OpenLaneAsync();
                foreach (var choice in choices)
                {
                    if (choice < 90)
                        await lane.TakeAsync(Anything[choice % Anything.Length](lane));
                    else
                        await lane.WaitAsync(TimeSpan.FromSeconds(Math.Pow(4, choice - 90)));
                    AssertNoLimbo(lane);
                }
                Assert.InRange(lane.Published.OfType<OpenAccount>().Distinct().Count(), 0, 1);
            },
            iter: Samples.Of(1_000), threads: 1);

    static void AssertNoLimbo(AccountLane lane)
    {
        if (lane.Find() is not { } saga)
        {
            Assert.Empty(lane.Timers);
            return;
        }
        Assert.NotEqual("Initial", saga.CurrentState);
        if (!AccountStates.Waits(saga.CurrentState))
        {
            Assert.Empty(lane.Timers);
            Assert.Null(saga.DeadlineAt);
            return;
        }
        var timer = Assert.Single(lane.Timers);
        Assert.Equal(saga.TimerToken, timer.Id);
        Assert.Equal(saga.DeadlineAt, timer.DueAt);
        Assert.Equal(saga.CurrentState == "Checking", saga.ApplicantName is not null);
    }
}
