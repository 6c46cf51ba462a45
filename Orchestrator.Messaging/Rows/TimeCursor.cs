using System.Globalization;
using System.Runtime.InteropServices;

namespace Orchestrator.Messaging.Rows;

/// <summary>Where a page of what is listed by time ends: the time and the id of its last row.</summary>
/// <param name="At">The time, UTC, as the store has it.</param>
/// <param name="Id">The id.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TimeCursor(DateTimeOffset At, Guid Id)
{
    /// <summary>Behind all rows: where a list begins whose newest row comes first.</summary>
    public static TimeCursor Newest { get; } = new(DateTimeOffset.MaxValue, Guid.AllBitsSet);

    /// <summary>As text, to be handed back: microseconds since 1970 and the id.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(At - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond}_{Id:N}");

    /// <summary>Reads what <see cref="ToString"/> gave; null when <paramref name="text"/> is something else.</summary>
    public static TimeCursor? Parse(string text)
    {
        const long LatestMicros = 253_402_300_799_999_999;
        var parts = text.Split('_');
        return parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var micros) && micros <= LatestMicros
            && Guid.TryParseExact(parts[1], "N", out var id)
            ? new TimeCursor(DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond), id)
            : null;
    }
}
