using System.Runtime.InteropServices;

namespace Orchestrator.Decisioning.Features;

/// <summary>
/// A transaction as the engine takes it: keys as 64-bit hashes, 0 for those it has not. <see cref="FeatureEvents"/> makes one of a message.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FeatureEvent
{
    /// <summary>The largest amount; larger ones are taken as this. Sums of squares then stay exact.</summary>
    public const long MaxAmount = 1_000_000_000_000_000;

    /// <summary>Identifies the transaction: a second event of the same account, time and id is a duplicate.</summary>
    public required ulong Id { get; init; }

    /// <summary>The paying account; never 0.</summary>
    public required ulong Account { get; init; }

    /// <summary>When it happened, Unix milliseconds.</summary>
    public required long AtMs { get; init; }

    /// <summary>In hundredths of the currency's major unit, whatever its minor unit is.</summary>
    public required long Amount { get; init; }

    /// <summary>The receiving account.</summary>
    public ulong Destination { get; init; }

    /// <summary>The terminal.</summary>
    public ulong Terminal { get; init; }

    /// <summary>The merchant.</summary>
    public ulong Merchant { get; init; }

    /// <summary>The device.</summary>
    public ulong Device { get; init; }

    /// <summary>The IP address.</summary>
    public ulong Ip { get; init; }

    /// <summary>
    /// When it was received, Unix milliseconds; 0 when unknown. The watermark never runs ahead of it, so that an event from the future does not
    /// make others late.
    /// </summary>
    public long ReceivedMs { get; init; }

    /// <summary>When the account was opened, Unix milliseconds; 0 when unknown: its age is then counted from its first event.</summary>
    public long OpenedMs { get; init; }

    /// <summary>Whether <see cref="Latitude"/> and <see cref="Longitude"/> are known.</summary>
    public bool HasPlace { get; init; }

    /// <summary>Degrees north.</summary>
    public double Latitude { get; init; }

    /// <summary>Degrees east.</summary>
    public double Longitude { get; init; }

    /// <summary>The key of a kind; 0 when the transaction has none.</summary>
    public ulong Key(KeyKind kind) => kind switch
    {
        KeyKind.Account => Account,
        KeyKind.Destination => Destination,
        KeyKind.Terminal => Terminal,
        KeyKind.Merchant => Merchant,
        KeyKind.Device => Device,
        KeyKind.Ip => Ip,
        _ => 0,
    };

    // Two events of one key and one millisecond share these 32 bits once in four billion times.
    internal uint Tag => TagOf(Id);

    internal static uint TagOf(ulong id) => (uint)((id * 0x9e37_79b9_7f4a_7c15ul) >> 32);
}
