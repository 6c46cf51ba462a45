using Orchestrator.Contracts.Decisions;
using Orchestrator.Sagas.Machines;
using Orchestrator.Sagas.Outlook;
using Orchestrator.Sagas.Search;
using Orchestrator.Sagas.TransactionSagas;
using Orchestrator.Tests.Sagas;
using static Orchestrator.Tests.Sagas.TransactionMessages;

namespace Orchestrator.Tests.Operations;

/// <summary>What is still to come, and which way was taken: said of what the real machine does.</summary>
public sealed class OutlookTests(SagaPipeline pipeline)
{
    static readonly TransactionSagaOptions Options = new();

    static readonly MachineMap Map = MachineMap.Of(new TransactionStateMachine(Options));

    public static TheoryData<string, string[]> Ways => new()
    {
        { "submitted", ["Initial", "Assessing"] },
        { "submitted approved", ["Initial", "Assessing", "Posting"] },
        { "submitted approved captured", ["Initial", "Assessing", "Posting", "Completed"] },
        { "submitted doubted placed", ["Initial", "Assessing", "Holding", "Held"] },
        { "submitted doubted placed released", ["Initial", "Assessing", "Holding", "Held", "Posting"] },
        { "submitted doubted placed cancelled", ["Initial", "Assessing", "Holding", "Held", "Releasing"] },
        { "submitted doubted placed deadline", ["Initial", "Assessing", "Holding", "Held", "Releasing"] },
        { "submitted approved uncredited released-hold", ["Initial", "Assessing", "Posting", "Releasing", "Compensated"] },
        { "approved submitted", ["Initial", "AwaitingSubmission", "Posting"] },
        { "cancelled submitted", ["Initial", "AwaitingSubmission", "Voided"] },
        { "approved deadline", ["Initial", "AwaitingSubmission", "NeverSubmitted"] },
        { "approved deadline submitted", ["Initial", "AwaitingSubmission", "NeverSubmitted", "Posting"] },
        { "submitted approved deadline deadline", ["Initial", "Assessing", "Posting"] },
        { "submitted declined", ["Initial", "Assessing", "Declined"] },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Path_when_the_timeline_is_read_is_the_way_that_the_machine_went(string steps, string[] way)
    {
        var saga = await WalkAsync(steps);

        var path = TakenPath.Of(saga, Map);

        Assert.Equal(way, path);
        Assert.All(path.Zip(path.Skip(1)), step => Assert.True(Map.Leads(step.First, step.Second), $"{step.First} leads to {step.Second}"));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Outlook_wherever_a_transaction_stands_says_what_comes_next(string steps, string[] way)
    {
        var saga = await WalkAsync(steps);

        var outlook = TransactionOutlook.Of(saga, Map, Options);

        Assert.Equal(TransactionStates.HasEnded(way[^1]), outlook.Remaining.Count == 0);
        Assert.Equal(saga.DeadlineAt, outlook.AtDeadline?.At);
        Assert.All(outlook.Remaining, step => Assert.EndsWith(".", step.Does, StringComparison.Ordinal));
        if (outlook.AtDeadline is { } deadline)
            Assert.All(deadline.Leads, to => Assert.True(Map.Leads(saga.CurrentState, TransactionStates.Stored(to)!), $"{saga.CurrentState} leads to {to}"));
    }

    [Fact]
    public async Task Outlook_of_what_is_held_says_what_becomes_of_it_when_nobody_looks()
    {
        var saga = await WalkAsync("submitted doubted placed");

        var declines = TransactionOutlook.Of(saga, Map, Options);
        var approves = TransactionOutlook.Of(saga, Map, new TransactionSagaOptions { ReviewDefault = FraudOutcome.Approve, ReviewExtensions = 0 });

        Assert.Equal(["releasing"], declines.AtDeadline!.Leads);
        Assert.Equal(["posting"], approves.AtDeadline!.Leads);
        Assert.Contains("ask_for_more", declines.Actions);
        Assert.DoesNotContain("ask_for_more", approves.Actions);
        Assert.Equal(["review", "credit", "capture"], declines.Remaining.Select(r => r.Step));
        Assert.Contains("alice", Assert.Single(declines.Compensations).Does, StringComparison.Ordinal);
        Assert.Contains(declines.Operations, o => o.ToState == "posting");
    }

    [Theory]
    [InlineData("018f4e2a", true)]
    [InlineData("018f4e2a-1a00-7000-8000-000000000001", true)]
    [InlineData("018F4E2A-1a0", true)]
    [InlineData("018f4e2", false)]
    [InlineData("insufficient", false)]
    [InlineData("018f4e2a-1a00-7000-8000-0000000000012", false)]
    public void Text_when_it_is_the_beginning_of_an_id_is_looked_up_and_else_looked_for(string text, bool isId)
    {
        var range = IdRange.Of(text);

        Assert.Equal(isId, range is not null);
        if (range is { } ids)
            Assert.True(ids.Has(new Guid("018f4e2a-1a00-7000-8000-000000000001")) && !ids.Has(new Guid("018f4e29-ffff-7000-8000-000000000001")));
    }

    async Task<TransactionSaga> WalkAsync(string steps)
    {
        var lane = await pipeline.OpenLaneAsync();
        foreach (var step in steps.Split(' '))
        {
            if (step == "deadline")
                await lane.WaitAsync(lane.Find(Id)!.DeadlineAt!.Value - lane.Now);
            else
                await lane.TakeAsync(Message(step));
        }
        return lane.Find(Id)!;
    }

    static object Message(string step) => step switch
    {
        "submitted" => Submitted(),
        "approved" => Assessed(),
        "doubted" => Assessed(FraudOutcome.Review),
        "declined" => Assessed(FraudOutcome.Decline),
        "placed" => HoldPlaced(),
        "released" => Reviewed(),
        "cancelled" => Cancelled(),
        "captured" => HoldCaptured(),
        "uncredited" => CreditRefused(),
        "released-hold" => HoldReleased(),
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, "no such step"),
    };
}
