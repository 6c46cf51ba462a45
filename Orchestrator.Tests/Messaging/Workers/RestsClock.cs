using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Orchestrator.Tests.Messaging.Workers;

/// <summary>A clock that stands still, and tells when somebody begins to wait by it, and how long.</summary>
sealed class RestsClock : FakeTimeProvider
{
    readonly Channel<TimeSpan> _rests = Channel.CreateUnbounded<TimeSpan>();

    /// <summary>The next rest, as soon as it has begun.</summary>
    public ValueTask<TimeSpan> RestAsync() => _rests.Reader.ReadAsync(TestContext.Current.CancellationToken);

    /// <summary>Whether somebody rests of whom nobody was told.</summary>
    public bool HasAnother => _rests.Reader.Count > 0;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _rests.Writer.TryWrite(dueTime);
        return timer;
    }
}
