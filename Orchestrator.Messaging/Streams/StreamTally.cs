using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Messaging.Streams;

/// <summary>
/// What a lane has done since its telemetry was told the last time. It lies within its lane, and is changed by whoever has the lane's gate: a message costs an addition and
/// nothing else.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct StreamTally
{
    /// <summary>Messages that were taken and are no duplicates.</summary>
    public int Handled;

    /// <summary>Messages that had been taken before.</summary>
    public int Duplicates;

    long _began;
    long _produced;
    long _foreign;

    /// <summary>A message is taken: the work begins with the first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Begin(TimeProvider time)
    {
        if (_began == 0)
            _began = time.GetTimestamp();
    }

    /// <summary>Tells telemetry, and counts from zero again.</summary>
    public void Tell(LaneServices services, LaneId lane, StreamPublisher publisher)
    {
        if (_began == 0 && Handled == 0)
            return;
        var (produced, foreign) = (publisher.Produced, publisher.Foreign);
        services.Telemetry.Unit(lane, Handled, Duplicates, (int)(produced - _produced), _began == 0 ? TimeSpan.Zero : services.Time.GetElapsedTime(_began));
        services.Telemetry.Foreign(lane, foreign - _foreign);
        (_produced, _foreign) = (produced, foreign);
        (_began, Handled, Duplicates) = (0, 0, 0);
    }
}
