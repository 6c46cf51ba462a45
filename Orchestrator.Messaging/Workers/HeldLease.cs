namespace Orchestrator.Messaging.Workers;

/// <summary>A lease that is renewed beside the work that it is for. It ends the work when that must not go on, and is itself renewed no more once the work is over.</summary>
public sealed class HeldLease : IAsyncDisposable
{
    // A process that is told to stop gives back what it works on, and does not wait long for a database that is away.
    static readonly TimeSpan LongestGoodbye = TimeSpan.FromSeconds(2);

    readonly Func<CancellationToken, Task<LeaseRenewal>> _renew;
    readonly TimeSpan _every;
    readonly TimeProvider _time;
    readonly CancellationTokenSource _work;
    readonly Task _renewing;
    volatile LeaseRenewal _last;

    /// <summary>Begins to renew it: it was taken just now, so for the first time after a while.</summary>
    /// <param name="renew">Renews it once. What it throws ends the renewing, not the work, and is thrown again at the end.</param>
    /// <param name="every">How often.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stopping">The process stops, and the work with it.</param>
    public HeldLease(Func<CancellationToken, Task<LeaseRenewal>> renew, TimeSpan every, TimeProvider time, CancellationToken stopping)
    {
        _renew = renew;
        _every = every;
        _time = time;
        _work = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _renewing = RenewAsync();
    }

    /// <summary>Ends the work: the process stops, or the lease was not simply renewed.</summary>
    public CancellationToken Work => _work.Token;

    /// <summary>What became of the last renewal; held before the first.</summary>
    public LeaseRenewal Last => _last;

    /// <summary>How long a process that stops may take to say what becomes of a job.</summary>
    /// <param name="time">The clock.</param>
    public static CancellationTokenSource Goodbye(TimeProvider time) => new(LongestGoodbye, time);

    /// <summary>Ends the work and the renewing. Behind it nothing is renewed any more.</summary>
    public async Task EndAsync()
    {
        await _work.CancelAsync();
        await _renewing;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        try
        {
            await EndAsync();
        }
        finally
        {
            _work.Dispose();
        }
    }

    async Task RenewAsync()
    {
        using var timer = new PeriodicTimer(_every, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_work.Token))
            {
                _last = await _renew(_work.Token);
                if (_last != LeaseRenewal.Held)
                    await _work.CancelAsync();
            }
        }
        catch (OperationCanceledException) when (_work.IsCancellationRequested)
        {
            // The work is done, or was given up.
        }
    }
}
