using System.Threading.Channels;

namespace Orchestrator.Messaging.Lanes;

/// <summary>Tells a lane that there may be something to do. Many calls before it looks count as one.</summary>
internal sealed class WakeSignal
{
    readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Set() => _signal.Writer.TryWrite(true);

    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        await _signal.Reader.WaitToReadAsync(cancellationToken);
        _signal.Reader.TryRead(out _);
    }
}
