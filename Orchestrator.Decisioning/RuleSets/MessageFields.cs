using System.Text.Json;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning.Rules.Language;

namespace Orchestrator.Decisioning.RuleSets;

/// <summary>The names under which rules see a transaction's own fields.</summary>
public sealed class MessageFields
{
    internal const string ScoreSoFar = "scoreSoFar";

    static readonly string[] Kinds = [.. Enum.GetValues<TransactionKind>().Select(k => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{k}"))];

    // Exact, as doubles of powers of ten are up to the twenty-second.
    static readonly double[] Powers = [.. Enumerable.Range(0, CurrencyScales.MaxScale + 1).Select(digits => Math.Pow(10, digits))];

    readonly RuleSlot _amount, _currency, _kind, _source, _destination, _channel, _merchant, _terminal, _device, _ip, _latitude, _longitude, _occurredAt, _now;

    readonly CurrencyScales _currencies;

    /// <summary>Looks the fields up in a schema that has all of <see cref="All"/>.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="currencies">How many decimal digits amounts have; of ISO 4217 when null.</param>
    public MessageFields(RuleSchema schema, CurrencyScales? currencies = null)
    {
        _currencies = currencies ?? CurrencyScales.Iso;
        (_amount, _currency, _kind, _source, _destination) = (schema["amount"], schema["currency"], schema["kind"], schema["source"], schema["destination"]);
        (_channel, _merchant, _terminal, _device, _ip) = (schema["channel"], schema["merchant"], schema["terminal"], schema["device"], schema["ip"]);
        (_latitude, _longitude, _occurredAt, _now) = (schema["latitude"], schema["longitude"], schema["occurredAt"], schema["now"]);
    }

    /// <summary>The fields.</summary>
    public static IReadOnlyList<RuleField> All { get; } =
    [
        new("amount", RuleType.Number, "the amount in major units: euros, not cents"),
        new("currency", RuleType.Text, "ISO 4217, upper case"),
        new("kind", RuleType.Text, "transfer, card, cash_out or payment"),
        new("source", RuleType.Text, "the account that pays"),
        new("destination", RuleType.Text, "the account that receives"),
        new("channel", RuleType.Text, "where it came in, for instance web, mobile, pos, atm"),
        new("merchant", RuleType.Text, "the merchant's id"),
        new("terminal", RuleType.Text, "the terminal's id"),
        new("device", RuleType.Text, "the device's id"),
        new("ip", RuleType.Text, "the caller's address"),
        new("latitude", RuleType.Number, "degrees north"),
        new("longitude", RuleType.Number, "degrees east"),
        new("occurredAt", RuleType.Time, "when it happened at the business service"),
        new("now", RuleType.Time, "when it is assessed"),
        new(ScoreSoFar, RuleType.Number, "what the rules before this one have added up to"),
    ];

    /// <summary>The schema of a transaction's fields and <paramref name="features"/>.</summary>
    public static RuleSchema SchemaWith(IEnumerable<RuleField> features) => new(All.Concat(features));

    /// <summary>Sets the fields of <paramref name="transaction"/>; leaves features alone.</summary>
    public void Fill(RuleInput input, TransactionSubmitted transaction, DateTimeOffset now)
    {
        input.Set(_amount, transaction.AmountMinor / Powers[_currencies.MinorDigits(transaction.Currency)]);
        input.Set(_currency, transaction.Currency);
        input.Set(_kind, Kinds[(int)transaction.Kind]);
        input.Set(_source, transaction.SourceAccountId);
        input.Set(_destination, transaction.DestinationAccountId);
        input.Set(_channel, transaction.Channel);
        input.Set(_merchant, transaction.MerchantId);
        input.Set(_terminal, transaction.TerminalId);
        input.Set(_device, transaction.DeviceId);
        input.Set(_ip, transaction.IpAddress);
        input.Set(_latitude, transaction.Latitude);
        input.Set(_longitude, transaction.Longitude);
        input.Set(_occurredAt, transaction.OccurredAt);
        input.Set(_now, now);
    }
}
