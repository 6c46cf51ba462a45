using System.Threading.Channels;
using Orchestrator.Messaging.Workers;

namespace Orchestrator.Tests.Messaging.Workers;

/// <summary>Leases that are renewed beside the work.</summary>
public sealed class HeldLeaseTests
{
    static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    readonly RestsClock _clock = new();
    readonly Channel<int> _renewals = Channel.CreateUnbounded<int>();
    readonly LeaseRenewal[] _answers = [LeaseRenewal.Held, LeaseRenewal.Held, LeaseRenewal.Held, LeaseRenewal.Held];
    int _asked;

    [Fact]
    public async Task Lease_while_the_work_goes_on_is_renewed_every_so_often()
    {
        await using var lease = Begin();

        for (var renewal = 1; renewal <= 3; renewal++)
        {
            _clock.Advance(Every);
            Assert.Equal(renewal, await RenewedAsync());
        }
        Assert.Equal((LeaseRenewal.Held, false), (lease.Last, lease.Work.IsCancellationRequested));
    }

    [Theory]
    [InlineData(LeaseRenewal.Lost)]
    [InlineData(LeaseRenewal.CancelRequested)]
    [InlineData(LeaseRenewal.PauseRequested)]
    public async Task Lease_when_it_is_not_simply_renewed_ends_the_work_and_is_asked_for_no_more(LeaseRenewal answer)
    {
        _answers[1] = answer;
        await using var lease = Begin();
        var ended = Task.Delay(Timeout.InfiniteTimeSpan, lease.Work);
        _clock.Advance(Every);
        Assert.Equal(1, await RenewedAsync());

        _clock.Advance(Every);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ended);
        await lease.EndAsync();
        _clock.Advance(Every);
        Assert.Equal((answer, 2), (lease.Last, _asked));
    }

    [Fact]
    public async Task Lease_when_the_work_is_over_is_renewed_no_more()
    {
        await using (Begin())
        {
            _clock.Advance(Every);
            Assert.Equal(1, await RenewedAsync());
        }

        _clock.Advance(Every);

        Assert.Equal(1, _asked);
    }

    [Fact]
    public async Task Lease_when_the_process_stops_ends_the_work_and_is_still_held()
    {
        using var stopping = new CancellationTokenSource();
        await using var lease = Begin(stopping.Token);

        await stopping.CancelAsync();
        await lease.EndAsync();

        Assert.Equal((LeaseRenewal.Held, true), (lease.Last, lease.Work.IsCancellationRequested));
    }

    [Fact]
    public async Task Lease_when_its_renewal_breaks_lets_the_work_go_on_and_says_so_at_the_end()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var lease = new HeldLease(
            _ =>
            {
                asked.SetResult();
                throw new InvalidOperationException("broken");
            },
            Every, _clock, CancellationToken.None);

        _clock.Advance(Every);
        await asked.Task;

        Assert.False(lease.Work.IsCancellationRequested);
        await Assert.ThrowsAsync<InvalidOperationException>(() => lease.DisposeAsync().AsTask());
    }

    HeldLease Begin(CancellationToken stopping = default) => new(RenewAsync, Every, _clock, stopping);

    Task<LeaseRenewal> RenewAsync(CancellationToken cancellationToken)
    {
        var answer = _answers[_asked++];
        _renewals.Writer.TryWrite(_asked);
        return Task.FromResult(answer);
    }

    ValueTask<int> RenewedAsync() => _renewals.Reader.ReadAsync(TestContext.Current.CancellationToken);
}
