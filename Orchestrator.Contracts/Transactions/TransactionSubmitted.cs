namespace Orchestrator.Contracts.Transactions;

/// <summary>
/// A business service asks for money to move. Topic <c>transactions</c>, keyed by the source account, so that one account's
/// transactions are taken in the order in which they were published.
/// </summary>
/// <param name="TransactionId">Chosen by the publisher; identifies the transaction for ever. Submitting it twice does nothing twice.</param>
/// <param name="SourceAccountId">The account that pays.</param>
/// <param name="DestinationAccountId">The account that receives.</param>
/// <param name="AmountMinor">Amount in minor units of <paramref name="Currency"/> (cents for EUR), above zero.</param>
/// <param name="Currency">ISO 4217 alphabetic code, or that of a configured asset, upper case.</param>
/// <param name="Kind">What kind of movement it is.</param>
/// <param name="OccurredAt">When it happened at the business service, UTC.</param>
/// <param name="MerchantId">The merchant, for card and payment.</param>
/// <param name="TerminalId">The terminal, for card and cash_out.</param>
/// <param name="Channel">Where it came in: for instance <c>web</c>, <c>mobile</c>, <c>pos</c>, <c>atm</c>.</param>
/// <param name="DeviceId">The device's identifier, when known.</param>
/// <param name="IpAddress">The caller's IP address, version 4 or 6, in text.</param>
/// <param name="Latitude">Degrees north, -90 to 90.</param>
/// <param name="Longitude">Degrees east, -180 to 180.</param>
/// <param name="Metadata">Up to 32 entries of the publisher's own; carried along, never interpreted.</param>
/// <param name="Capture">When the money moves once it is approved; at once when left out.</param>
public sealed record TransactionSubmitted(
    Guid TransactionId,
    string SourceAccountId,
    string DestinationAccountId,
    long AmountMinor,
    string Currency,
    TransactionKind Kind,
    DateTimeOffset OccurredAt,
    string? MerchantId = null,
    string? TerminalId = null,
    string? Channel = null,
    string? DeviceId = null,
    string? IpAddress = null,
    double? Latitude = null,
    double? Longitude = null,
    IReadOnlyDictionary<string, string>? Metadata = null,
    TransactionCapture? Capture = null) : IContract
{
    /// <summary>The most entries that <see cref="Metadata"/> may have.</summary>
    public const int MaxMetadataEntries = 32;

    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.Id(TransactionId, "transactionId");
        errors.AccountId(SourceAccountId, "sourceAccountId");
        errors.AccountId(DestinationAccountId, "destinationAccountId");
        if (string.Equals(SourceAccountId, DestinationAccountId, StringComparison.Ordinal))
            errors.Add("same_account", "destinationAccountId", "source and destination are the same account");
        errors.Amount(AmountMinor, "amountMinor");
        errors.Currency(Currency, "currency");
        errors.Instant(OccurredAt, "occurredAt");
        errors.Text(MerchantId, "merchantId");
        errors.Text(TerminalId, "terminalId");
        errors.Text(Channel, "channel");
        errors.Text(DeviceId, "deviceId");
        errors.IpAddress(IpAddress, "ipAddress");
        errors.Degrees(Latitude, 90, "latitude");
        errors.Degrees(Longitude, 180, "longitude");
        if (Metadata is { Count: > MaxMetadataEntries })
            errors.Add("too_many_entries", "metadata", $"at most {MaxMetadataEntries} entries");
        foreach (var (key, value) in Metadata ?? EmptyMetadata)
        {
            errors.Text(key, "metadata");
            errors.Text(value, "metadata", maxLength: 512);
        }
    }

    /// <summary>Whether another says the same in every field.</summary>
    public bool SaysTheSame(TransactionSubmitted other)
    {
        var (mine, others) = (Metadata ?? EmptyMetadata, other.Metadata ?? EmptyMetadata);
        return this with { Metadata = null } == other with { Metadata = null }
            && mine.Count == others.Count && mine.All(e => others.TryGetValue(e.Key, out var value) && string.Equals(e.Value, value, StringComparison.Ordinal));
    }

    static readonly Dictionary<string, string> EmptyMetadata = [];
}
