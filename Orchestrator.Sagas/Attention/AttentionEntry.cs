using System.Globalization;
using System.Runtime.InteropServices;

namespace Orchestrator.Sagas.Attention;

/// <summary>A transaction that somebody should see.</summary>
/// <param name="TransactionId">The transaction.</param>
/// <param name="State">Its state's stored name.</param>
/// <param name="IsStuck">Whether it was asked again too often, wherever it is.</param>
/// <param name="Since">Since when it is in this state, or was found stuck in it, UTC.</param>
/// <param name="DeadlineAt">When the default of its state is taken, UTC; null when there is none.</param>
/// <param name="AmountMinor">Minor units.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="AccountId">The account that pays.</param>
/// <param name="DestinationAccountId">The account that receives.</param>
/// <param name="Score">The assessment's score, 0 to 1000.</param>
/// <param name="Repeats">How often the present step was asked for again.</param>
public sealed record AttentionEntry(
    Guid TransactionId, string State, bool IsStuck, DateTimeOffset Since, DateTimeOffset? DeadlineAt, long AmountMinor, string? Currency, string AccountId,
    string? DestinationAccountId, int? Score, int Repeats);

/// <summary>Which of them.</summary>
/// <param name="States">In these states, by their stored names; in any when null.</param>
/// <param name="IsStuck">Only those that are stuck, or only those that are not; all when null.</param>
/// <param name="AccountId">Which this account pays or receives.</param>
/// <param name="SinceBefore">In their state since before then.</param>
/// <param name="SinceAfter">In their state since then or later.</param>
/// <param name="ExpiresBefore">Whose deadline is before then.</param>
/// <param name="MinAmountMinor">At least so much, minor units.</param>
/// <param name="MaxAmountMinor">At most so much, minor units.</param>
/// <param name="Currency">In this currency.</param>
public sealed record AttentionFilter(
    IReadOnlyList<string>? States = null, bool? IsStuck = null, string? AccountId = null, DateTimeOffset? SinceBefore = null, DateTimeOffset? SinceAfter = null,
    DateTimeOffset? ExpiresBefore = null, long? MinAmountMinor = null, long? MaxAmountMinor = null, string? Currency = null);

/// <summary>In which order.</summary>
public enum AttentionOrder
{
    /// <summary>What expires first comes first.</summary>
    Expiry,

    /// <summary>What waits longest comes first.</summary>
    Age,

    /// <summary>The largest amount comes first.</summary>
    Amount,
}

/// <summary>Where a page ends: by what it is ordered, and the id.</summary>
/// <param name="Key">Microseconds since 1970, or minor units; the largest number where there is no deadline.</param>
/// <param name="Id">The transaction.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct AttentionCursor(long Key, Guid Id)
{
    const long LatestMicros = 253_402_300_799_999_999;

    /// <summary>As text, to be handed back.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Key}_{Id:N}");

    /// <summary>Reads what <see cref="ToString"/> gave; null when <paramref name="text"/> is something else.</summary>
    public static AttentionCursor? Parse(string text)
    {
        var parts = text.Split('_');
        return parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var key)
            && Guid.TryParseExact(parts[1], "N", out var id)
            ? new AttentionCursor(key, id)
            : null;
    }

    /// <summary>The key as an instant; the end of all time for what is too large to be one.</summary>
    internal DateTimeOffset Instant => Key > LatestMicros ? DateTimeOffset.MaxValue : DateTimeOffset.UnixEpoch.AddTicks(Key * TimeSpan.TicksPerMicrosecond);

    internal static AttentionCursor Of(AttentionEntry entry, AttentionOrder order) => new(
        order switch
        {
            AttentionOrder.Amount => entry.AmountMinor,
            AttentionOrder.Age => Micros(entry.Since),
            _ => entry.DeadlineAt is { } deadline ? Micros(deadline) : long.MaxValue,
        },
        entry.TransactionId);

    static long Micros(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
