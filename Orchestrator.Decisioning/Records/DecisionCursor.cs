using System.Globalization;
using System.Runtime.InteropServices;

namespace Orchestrator.Decisioning.Records;

/// <summary>Where a page of decisions ends: the time and the transaction of its last one.</summary>
/// <param name="AssessedAt">When it was decided, UTC, as the store has it.</param>
/// <param name="TransactionId">The transaction.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DecisionCursor(DateTimeOffset AssessedAt, Guid TransactionId)
{
    /// <summary>As text, to be handed back: microseconds since 1970 and the transaction.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(AssessedAt - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond}_{TransactionId:N}");

    /// <summary>Reads what <see cref="ToString"/> gave; null when <paramref name="text"/> is something else.</summary>
    public static DecisionCursor? Parse(string text)
    {
        const long LatestMicros = 253_402_300_799_999_999;
        var parts = text.Split('_');
        return parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var micros) && micros <= LatestMicros
            && Guid.TryParseExact(parts[1], "N", out var id)
            ? new DecisionCursor(DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond), id)
            : null;
    }
}
