using CsCheck;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Tests.Infrastructure;
using Xunit;

namespace Orchestrator.Tests.Ledger;

/// <summary>A transfer as one request: the ledger goes from hold to credit to capture by itself, over the lanes of both accounts.</summary>
public sealed class OnwardTests(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    static readonly PlaceHold Transfer = Commands.Hold(1, "alice", 300) with { Onward = new TransferOnward("bob", Commands.Id(2), Commands.Id(3)) };

    [Fact]
    public async Task Transfer_when_all_goes_well_is_answered_once_with_the_times_of_every_step()
    {
        var (source, destination) = await OpenAsync();

        var held = await source.RunAsync(Transfer);
        Assert.Empty(LedgerLane.Replies(held));
        var credited = await destination.RunAsync(Next<Credit>(held));
        Assert.Empty(LedgerLane.Replies(credited));
        var captured = await source.RunAsync(Next<CaptureHold>(credited));

        var reply = Assert.IsType<HoldCaptured>(Assert.Single(LedgerLane.Replies(captured)));
        Assert.Equal((Commands.Id(3), Commands.Id(1), "saga"), (reply.CommandId, reply.HoldId, reply.ReplyKey));
        Assert.Equal(
            new TransferTrail(LedgerLane.Events(held).Single().RecordedAt, LedgerLane.Events(credited).Single().RecordedAt), reply.Trail);
        Assert.Equal(captured.Select(p => p.Body).OfType<LedgerEventRecorded>().Single().RecordedAt, reply.At);
        Assert.Equal((700, 300), (await AvailableAsync("alice"), await AvailableAsync("bob")));
        Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: true));
    }

    [Fact]
    public async Task Transfer_when_the_hold_is_refused_goes_no_further()
    {
        var (source, _) = await OpenAsync();

        var published = await source.RunAsync(Transfer with { AmountMinor = 1_001 });

        Assert.Equal(LedgerRefusals.InsufficientFunds, Assert.IsType<HoldRefused>(Assert.Single(published).Body).Reason);
    }

    [Fact]
    public async Task Transfer_when_the_credit_is_refused_says_since_when_the_hold_waits()
    {
        var (source, destination) = await OpenAsync();
        var held = await source.RunAsync(Transfer with { Onward = Transfer.Onward! with { DestinationAccountId = "nobody" } });

        var refused = Assert.IsType<CreditRefused>(Assert.Single(await destination.RunAsync(Next<Credit>(held))).Body);

        Assert.Equal(LedgerRefusals.AccountNotFound, refused.Reason);
        Assert.Equal(new TransferTrail(LedgerLane.Events(held).Single().RecordedAt), refused.Trail);
        Assert.IsType<HoldReleased>(await source.AskAsync(Commands.Release(4, "alice", hold: 1)));
        Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: true));
    }

    [Fact]
    public async Task Transfer_when_asked_again_goes_through_the_same_steps_and_takes_none_of_them_twice()
    {
        var (source, destination) = await OpenAsync();
        var (held, credited, captured) = await RunAsync(source, destination);
        source.Restart();
        destination.Restart();

        var (again, creditedAgain, capturedAgain) = await RunAsync(source, destination);

        Assert.Equal(Next<Credit>(held), Next<Credit>(again));
        Assert.Equal(Next<CaptureHold>(credited), Next<CaptureHold>(creditedAgain));
        Assert.Equal(LedgerLane.Replies(captured), LedgerLane.Replies(capturedAgain));
        Assert.Empty(LedgerLane.Events([.. again, .. creditedAgain, .. capturedAgain]));
        Assert.Equal((700, 300), (await AvailableAsync("alice"), await AvailableAsync("bob")));
    }

    [Fact]
    public async Task Transfers_when_every_step_may_come_again_at_any_time_move_the_money_once()
    {
        var (source, destination) = await OpenAsync();
        var transfers = 0;
        await Gen.Int[0, 999].List[0, 60].SampleAsync(
            async choices =>
            {
                var first = 10 * ++transfers;
                var steps = new List<ILedgerCommand>
                {
                    Commands.Hold(first, "alice", 1) with
                    {
                        TransactionId = Commands.Id(first),
                        Onward = new TransferOnward("bob", Commands.Id(first + 1), Commands.Id(first + 2)),
                    },
                };
                var replies = new HashSet<ILedgerReply>();
                foreach (var choice in choices)
                    await StepAsync(steps[choice % steps.Count]);
                for (var i = 0; i < steps.Count; i++)
                    await StepAsync(steps[i]);

                Assert.Equal(3, steps.Count);
                Assert.IsType<HoldCaptured>(Assert.Single(replies));
                Assert.Equal((1_000 - transfers, transfers), (await AvailableAsync("alice"), await AvailableAsync("bob")));
                Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: true));

                async Task StepAsync(ILedgerCommand step)
                {
                    var published = await (step is Credit ? destination : source).RunAsync(step);
                    replies.UnionWith(LedgerLane.Replies(published));
                    steps.AddRange(published.Select(p => p.Body).OfType<ILedgerCommand>().Where(next => !steps.Contains(next)));
                }
            },
            iter: Samples.Of(15), threads: 1);
    }

    static async Task<(IReadOnlyList<LedgerLane.Published> Held, IReadOnlyList<LedgerLane.Published> Credited, IReadOnlyList<LedgerLane.Published> Captured)> RunAsync(
        LedgerLane source, LedgerLane destination)
    {
        var held = await source.RunAsync(Transfer);
        var credited = await destination.RunAsync(Next<Credit>(held));
        return (held, credited, await source.RunAsync(Next<CaptureHold>(credited)));
    }

    static T Next<T>(IEnumerable<LedgerLane.Published> published) => Assert.Single(published.Select(p => p.Body).OfType<T>());

    async Task<(LedgerLane Source, LedgerLane Destination)> OpenAsync()
    {
        var (source, destination) = (new LedgerLane(Database), new LedgerLane(Database, partition: 1));
        await source.RunAsync(Commands.Open("alice", 1_000));
        await destination.RunAsync(Commands.Open("bob"));
        return (source, destination);
    }

    async Task<long> AvailableAsync(string id) => (await new AccountReader(Database).GetAsync(id, default))!.AvailableMinor;
}
