using Orchestrator.Contracts;
using Orchestrator.Contracts.Transactions;

namespace Orchestrator.Decisioning.Features;

/// <summary>From messages to what the engine takes.</summary>
public static class FeatureEvents
{
    /// <summary>The event of a submitted transaction.</summary>
    /// <param name="transaction">The message; valid by its contract.</param>
    /// <param name="receivedAt">When it was received: the log's time, so that a replay sees the same.</param>
    /// <param name="openedAt">When the account was opened, where that is known.</param>
    public static FeatureEvent Of(TransactionSubmitted transaction, DateTimeOffset receivedAt, DateTimeOffset? openedAt = null) => new()
    {
        Id = KeyHash.Of(transaction.TransactionId),
        Account = KeyHash.Of(transaction.SourceAccountId),
        Destination = KeyHash.Of(transaction.DestinationAccountId),
        Terminal = KeyHash.Of(transaction.TerminalId),
        Merchant = KeyHash.Of(transaction.MerchantId),
        Device = KeyHash.Of(transaction.DeviceId),
        Ip = KeyHash.Of(transaction.IpAddress),
        AtMs = transaction.OccurredAt.ToUnixTimeMilliseconds(),
        ReceivedMs = receivedAt.ToUnixTimeMilliseconds(),
        OpenedMs = openedAt?.ToUnixTimeMilliseconds() ?? 0,
        Amount = Hundredths(transaction.AmountMinor, transaction.Currency),
        HasPlace = transaction is { Latitude: not null, Longitude: not null },
        Latitude = transaction.Latitude ?? 0,
        Longitude = transaction.Longitude ?? 0,
    };

    /// <summary>An amount in hundredths of the major unit, so that yen and dinars are measured as euros are; at most <see cref="FeatureEvent.MaxAmount"/>.</summary>
    public static long Hundredths(long amountMinor, string currency)
    {
        // What is not of ISO 4217 is taken as it is.
        var amount = (Currencies.IsKnown(currency) ? Currencies.MinorDigits(currency) : 2) switch
        {
            0 => Math.Min(amountMinor, FeatureEvent.MaxAmount) * 100,
            3 => (amountMinor + 5) / 10,
            _ => amountMinor,
        };
        return Math.Min(amount, FeatureEvent.MaxAmount);
    }
}
