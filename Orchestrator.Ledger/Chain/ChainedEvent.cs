using Orchestrator.Ledger.Deciding;
using Orchestrator.Ledger.Storage;

namespace Orchestrator.Ledger.Chain;

/// <summary>
/// What of a row of ledger.event is hashed: every stored column but the hash itself. Times are microseconds since 1970 UTC, as exact as the database
/// keeps them. Writing and verifying both come through here, and <see cref="EventHasher"/> turns it into bytes.
/// </summary>
readonly record struct ChainedEvent
{
    public required short Lane { get; init; }

    public required long Sequence { get; init; }

    public required string AccountId { get; init; }

    public required long Version { get; init; }

    public required short Type { get; init; }

    public required long AmountMinor { get; init; }

    public required Guid CommandId { get; init; }

    public required long EffectiveAtMicros { get; init; }

    public required long RecordedAtMicros { get; init; }

    public Guid? TransactionId { get; init; }

    public Guid? HoldId { get; init; }

    public string? ContraAccountId { get; init; }

    public long? ContraVersion { get; init; }

    public string? Reason { get; init; }

    public long? ReleasedMinor { get; init; }

    public long? ExpiresAtMicros { get; init; }

    public string? CounterpartyAccountId { get; init; }

    public Guid? ReversesTransactionId { get; init; }

    /// <summary>What will be stored of <paramref name="e"/>. Fields that an event does not have are absent from its bytes.</summary>
    public static ChainedEvent Of(LedgerEvent e, short lane, long sequence) => new()
    {
        Lane = lane,
        Sequence = sequence,
        AccountId = e.AccountId,
        Version = e.Version,
        Type = EventTypeCode.Of(e.Type),
        AmountMinor = e.AmountMinor,
        CommandId = e.CommandId,
        EffectiveAtMicros = Micros(e.EffectiveAt),
        RecordedAtMicros = Micros(e.RecordedAt),
        TransactionId = e.TransactionId,
        HoldId = e.HoldId,
        ContraAccountId = e.ContraAccountId,
        ContraVersion = e.ContraVersion,
        Reason = e.Reason,
        ReleasedMinor = e.ReleasedMinor,
        ExpiresAtMicros = e.ExpiresAt is { } at ? Micros(at) : null,
        CounterpartyAccountId = e.CounterpartyAccountId,
        ReversesTransactionId = e.ReversesTransactionId,
    };

    /// <summary>An instant of whole microseconds, as <see cref="Instants.Stored"/> makes it.</summary>
    static long Micros(DateTimeOffset instant) => (instant.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;
}
