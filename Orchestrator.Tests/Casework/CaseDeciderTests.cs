using CsCheck;
using Orchestrator.Casework.Cases;
using static Orchestrator.Casework.Cases.CaseDecision;

namespace Orchestrator.Tests.Casework;

public sealed class CaseDeciderTests
{
    static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    static readonly IReadOnlyList<CaseOutcome> FraudNeedsApproval = [CaseOutcome.Fraud];

    static readonly CaseFile Fresh = new(Guid.Empty, "fraud_review", "alice", CaseState.Pending, 700, 1, 1, Noon, Noon, Noon.AddHours(24));

    [Fact]
    public void Case_when_nothing_was_wrong_is_closed_by_whoever_looked()
    {
        var mine = Act(Fresh, new CaseAction.Assign("carol"), "dave");

        var closed = Act(mine, new CaseAction.Close(CaseOutcome.Genuine), "Carol");

        Assert.Equal((CaseState.Investigating, "carol"), (mine.State, mine.Assignee));
        Assert.Equal((CaseState.Closed, CaseOutcome.Genuine, "Carol", 3), (closed.State, closed.Outcome, closed.ClosedBy, closed.Version));
    }

    [Fact]
    public void Case_when_somebody_else_looks_into_it_is_not_closed()
    {
        Assert.Equal(CaseRefusals.NotYours, Refusal(Fresh, new CaseAction.Close(CaseOutcome.Genuine), "carol"));
        Assert.Equal(CaseRefusals.NotYours, Refusal(Act(Fresh, new CaseAction.Assign("carol"), "carol"), new CaseAction.Close(CaseOutcome.Genuine), "dave"));
    }

    [Fact]
    public void Case_of_fraud_needs_four_eyes()
    {
        var proposed = Act(Act(Fresh, new CaseAction.Assign("carol"), "carol"), new CaseAction.Close(CaseOutcome.Fraud), "carol");

        Assert.Equal((CaseState.AwaitingApproval, "carol", null), (proposed.State, proposed.ProposedBy, proposed.ClosedBy));
        Assert.Equal(CaseRefusals.MakerIsChecker, Refusal(proposed, new CaseAction.Approve(), "CAROL"));
        Assert.Equal(CaseRefusals.AwaitsApproval, Refusal(proposed, new CaseAction.Assign("dave"), "dave"));
        Assert.Equal(CaseState.Closed, Act(proposed, new CaseAction.Approve(), "dave").State);
        var rejected = Act(proposed, new CaseAction.Reject(), "dave");
        Assert.Equal((CaseState.Investigating, "carol", null, null), (rejected.State, rejected.Assignee, rejected.Outcome, rejected.ProposedBy));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(30 * 24, true)]
    [InlineData((30 * 24) + 1, false)]
    public void Case_when_it_is_put_off_is_so_within_bounds(int hours, bool taken) =>
        Assert.Equal(
            taken, CaseDecider.Decide(Fresh, new CaseAction.Snooze(Noon.AddHours(hours)), "carol", FraudNeedsApproval, Noon) is Changed(var changed, "snooze")
                && changed.SnoozedUntil == Noon.AddHours(hours));

    [Fact]
    public void Case_whatever_people_do_fits_together_and_ends_once() =>
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 2]).List[0, 60].Sample(acts =>
        {
            var (file, closings) = (Fresh, 0);
            foreach (var (what, who) in acts)
            {
                var actor = "abc"[who].ToString();
                CaseAction action = what switch
                {
                    0 => new CaseAction.Assign(actor),
                    1 => new CaseAction.Assign(null),
                    2 => new CaseAction.Snooze(Noon.AddHours(1)),
                    3 => new CaseAction.Close(CaseOutcome.Fraud),
                    4 => new CaseAction.Close(CaseOutcome.Genuine),
                    5 => new CaseAction.Approve(),
                    _ => new CaseAction.Reject(),
                };
                if (CaseDecider.Decide(file, action, actor, FraudNeedsApproval, Noon) is not Changed(var next, _))
                    continue;
                Assert.NotEqual(CaseState.Closed, file.State);
                Assert.Equal(file.Version + 1, next.Version);
                Assert.Equal(next.State is CaseState.Closed or CaseState.AwaitingApproval, next.Outcome is not null);
                Assert.Equal(next.State == CaseState.Closed, next.ClosedAt is not null);
                Assert.False(next.State == CaseState.Investigating && next.Assignee is null);
                // Fraud is never one person's word.
                Assert.False(next is { State: CaseState.Closed, Outcome: CaseOutcome.Fraud } && (next.ProposedBy is null || next.ProposedBy == next.ClosedBy));
                closings += next.State == CaseState.Closed ? 1 : 0;
                file = next;
            }
            Assert.InRange(closings, 0, 1);
        });

    static CaseFile Act(CaseFile file, CaseAction action, string actor) =>
        Assert.IsType<Changed>(CaseDecider.Decide(file, action, actor, FraudNeedsApproval, Noon)).Case;

    static string Refusal(CaseFile file, CaseAction action, string actor) =>
        Assert.IsType<Refused>(CaseDecider.Decide(file, action, actor, FraudNeedsApproval, Noon)).Reason;
}
