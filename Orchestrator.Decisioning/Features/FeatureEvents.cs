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
    /// <param name="currencies">How many decimal digits amounts have; of ISO 4217 when null.</param>
    public static FeatureEvent Of(
        TransactionSubmitted transaction, DateTimeOffset receivedAt, DateTimeOffset? openedAt = null, CurrencyScales? currencies = null) => new()
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
        Amount = Hundredths(transaction.AmountMinor, transaction.Currency, currencies),
        HasPlace = transaction is { Latitude: not null, Longitude: not null },
        Latitude = transaction.Latitude ?? 0,
        Longitude = transaction.Longitude ?? 0,
    };

    /// <summary>An amount in hundredths of the major unit, so that yen and dinars are measured as euros are; at most <see cref="FeatureEvent.MaxAmount"/>.</summary>
    public static long Hundredths(long amountMinor, string currency, CurrencyScales? currencies = null)
    {
        // What is not known is taken as it is.
        currencies ??= CurrencyScales.Iso;
        var digits = currencies.IsKnown(currency) ? currencies.MinorDigits(currency) : 2;
        if (digits == 2)
            return Math.Min(amountMinor, FeatureEvent.MaxAmount);
        Int128 amount = amountMinor;
        if (digits < 2)
            return (long)Int128.Min(amount * (digits == 0 ? 100 : 10), FeatureEvent.MaxAmount);
        Int128 divisor = 1;
        for (var left = digits - 2; left > 0; left--)
            divisor *= 10;
        return (long)Int128.Min((amount + (divisor / 2)) / divisor, FeatureEvent.MaxAmount);
    }
}
