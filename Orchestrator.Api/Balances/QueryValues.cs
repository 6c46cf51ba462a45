using System.Globalization;
using System.Text.Json;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Projections.Balances;

namespace Orchestrator.Api.Balances;

/// <summary>Values of a query string, read strictly: what is wrong is named, field by field.</summary>
static class QueryValues
{
    static readonly Dictionary<string, LedgerEventType> EventTypes =
        Enum.GetValues<LedgerEventType>().ToDictionary(t => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{t}"), StringComparer.Ordinal);

    static readonly string[] InstantFormats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd"];

    /// <summary>By which time; by the recorded one when nothing is said.</summary>
    public static BalanceTime By(string? text, ContractErrors errors)
    {
        switch (text)
        {
            case null or "recorded":
                return BalanceTime.Recorded;
            case "effective":
                return BalanceTime.Effective;
            default:
                errors.Add("unknown_time", "by", "recorded or effective");
                return default;
        }
    }

    /// <summary>An instant with its offset (UTC without one), or a day, which stands for its beginning in UTC.</summary>
    public static DateTimeOffset? Instant(string? text, string field, ContractErrors errors)
    {
        if (text is null)
            return null;
        if (DateTimeOffset.TryParseExact(
            text, InstantFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            && instant.Year is >= 1970 and <= 2200)
        {
            return instant;
        }
        errors.Add("invalid_time", field, "an instant from 1970 to 2200, as in 2026-01-31T12:00:00Z (a + in an address is %2B), or a day");
        return null;
    }

    /// <summary>A type of event by its name on the wire.</summary>
    public static LedgerEventType? EventType(string? text, ContractErrors errors)
    {
        if (text is null)
            return null;
        if (EventTypes.TryGetValue(text, out var type))
            return type;
        errors.Add("unknown_type", "type", $"one of {string.Join(", ", EventTypes.Keys)}");
        return null;
    }
}
