using System.Text;
using Orchestrator.Activity.Funnels;
using Orchestrator.Activity.Sessions;

namespace Orchestrator.Activity.Visitors;

/// <summary>What is remembered of a visitor. There may be a million of them, so nothing is here that is not needed.</summary>
/// <param name="id">The visitor's id, in ASCII.</param>
/// <param name="hash">Its number.</param>
sealed class Visitor(byte[] id, ulong hash)
{
    /// <summary>How many days the days of activity reach.</summary>
    public const int DaysKept = 64;

    const int DevicesKept = 4;

    uint _device0;
    uint _device1;
    uint _device2;
    uint _device3;

    /// <summary>The visitor's id, in ASCII.</summary>
    public byte[] Id { get; } = id;

    /// <summary>The number of <see cref="Id"/>.</summary>
    public ulong Hash { get; } = hash;

    /// <summary>The time of the first event.</summary>
    public long FirstMs { get; set; }

    /// <summary>The time of the last event.</summary>
    public long LastMs { get; set; }

    /// <summary>Bit k: was active k days after the day of the first event.</summary>
    public ulong Days { get; set; }

    /// <summary>Bit k: was active k days before the day of the last event.</summary>
    public byte RecentDays { get; set; }

    /// <summary>Bit k: was known as a customer k days before the day of the last event.</summary>
    public byte RecentCustomerDays { get; set; }

    /// <summary>How many devices were seen; those beyond <see cref="DevicesKept"/> displace the ones before.</summary>
    public byte DevicesSeen { get; set; }

    /// <summary>The minute at which something is due, as it stands in the wheel; negative for none.</summary>
    public int DueMinute { get; set; } = -1;

    /// <summary>Is remembered no longer.</summary>
    public bool IsForgotten { get; set; }

    /// <summary>The sessions of which something may still change, the latest first.</summary>
    public Session? Sessions { get; set; }

    /// <summary>How far the visitor came, by funnel; null as long as none was begun.</summary>
    public FunnelTrack?[]? Funnels { get; set; }

    /// <summary>The place in the table.</summary>
    public int Slot { get; set; }

    /// <summary>The last snapshot that has it.</summary>
    public int Round { get; set; }

    /// <summary>The id as a text.</summary>
    public string Name => Encoding.ASCII.GetString(Id);

    /// <summary>The devices that are remembered.</summary>
    public uint[] Devices => [_device0, _device1, _device2, _device3];

    /// <summary>Whether the device was seen lately; from now on it was.</summary>
    public bool SeeDevice(uint device)
    {
        var known = Math.Min((int)DevicesSeen, DevicesKept);
        if ((known > 0 && _device0 == device) || (known > 1 && _device1 == device) || (known > 2 && _device2 == device) || (known > 3 && _device3 == device))
            return true;
        switch (DevicesSeen % DevicesKept)
        {
            case 0: _device0 = device; break;
            case 1: _device1 = device; break;
            case 2: _device2 = device; break;
            default: _device3 = device; break;
        }
        // Goes on from the first place when all are taken.
        DevicesSeen = DevicesSeen == (2 * DevicesKept) - 1 ? (byte)DevicesKept : (byte)(DevicesSeen + 1);
        return false;
    }

    /// <summary>Sets what was remembered of devices.</summary>
    public void RestoreDevices(byte seen, ReadOnlySpan<uint> devices)
    {
        DevicesSeen = seen;
        (_device0, _device1, _device2, _device3) = (devices[0], devices[1], devices[2], devices[3]);
    }

    /// <summary>Adds a session at its place.</summary>
    public void Add(Session session)
    {
        if (Sessions is null || Sessions.StartMs <= session.StartMs)
        {
            session.Next = Sessions;
            Sessions = session;
            return;
        }
        var before = Sessions;
        while (before.Next is { } next && next.StartMs > session.StartMs)
            before = next;
        session.Next = before.Next;
        before.Next = session;
    }

    /// <summary>Takes a session out.</summary>
    public void Remove(Session session)
    {
        if (ReferenceEquals(Sessions, session))
        {
            Sessions = session.Next;
        }
        else
        {
            var before = Sessions!;
            while (!ReferenceEquals(before.Next, session))
                before = before.Next!;
            before.Next = session.Next;
        }
        session.Next = null;
    }
}
