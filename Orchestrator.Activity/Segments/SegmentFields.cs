using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using Orchestrator.Activity.Customers;

namespace Orchestrator.Activity.Segments;

/// <summary>What the values of a field are.</summary>
enum SegmentValueKind
{
    /// <summary>Texts.</summary>
    Text,

    /// <summary>True or false.</summary>
    Flag,

    /// <summary>A number that time does not change.</summary>
    Count,

    /// <summary>Whole days since an instant: grows with time.</summary>
    Days,

    /// <summary>What was done on the last days, today counted: shrinks with time.</summary>
    Window,
}

/// <summary>A field that segments may ask for.</summary>
/// <param name="Kind">What its values are.</param>
/// <param name="Text">Reads a text.</param>
/// <param name="Flag">Reads true or false.</param>
/// <param name="Count">Reads a number.</param>
/// <param name="Since">Reads the instant from which days are counted.</param>
/// <param name="OfDay">Reads what was done on a day, in a currency.</param>
/// <param name="Window">Over how many days.</param>
/// <param name="HasCurrency">Whether it is an amount.</param>
sealed record SegmentField(
    SegmentValueKind Kind,
    Func<CustomerState, string?>? Text = null,
    Func<CustomerState, bool?>? Flag = null,
    Func<CustomerState, long>? Count = null,
    Func<CustomerState, DateTimeOffset?>? Since = null,
    Func<CustomerDay, string?, long>? OfDay = null,
    int Window = 0,
    bool HasCurrency = false);

/// <summary>The fields that segments may ask for.</summary>
public static class SegmentFields
{
    /// <summary>What the name of an attribute of the profile follows.</summary>
    public const string AttributePrefix = "attribute:";

    /// <summary>The longest name of an attribute.</summary>
    public const int MaxAttributeName = 64;

    // No longer than what is kept.
    static readonly int[] Windows = [1, 7, 30, CustomerState.DaysKept];

    static readonly Dictionary<string, SegmentField> Named = All();

    /// <summary>Those that have names of their own, with what they say; beside them <c>attribute:</c> and the name of an entry of the profile.</summary>
    public static IReadOnlyList<SegmentFieldView> Described { get; } =
    [
        new("country", "text", "ISO 3166-1 alpha-2, of the profile."),
        new("tier", "text", "The publisher's own grade, of the profile."),
        new("attribute:NAME", "text", "An entry of the profile."),
        new("marketing_consent", "boolean", "Whether the customer may be written to, of the profile."),
        new("accounts", "number", "How many accounts the customer has."),
        new("customer_age_days", "number", "Whole days since the customer is one: what the profile says, or else the first account."),
        new("days_since_last_transaction", "number", "Whole days since money was sent last."),
        new("days_since_last_seen", "number", "Whole days since the customer was seen on the site last."),
        .. Windows.Select(days => new SegmentFieldView(Of("spent_minor", days), "number", $"What was sent on the last {Days(days)}, in minor units of the named currency.")),
        .. Windows.Select(days => new SegmentFieldView(Of("transactions", days), "number", $"Transactions that completed on the last {Days(days)}.")),
        .. Windows.Select(days => new SegmentFieldView(Of("sessions", days), "number", $"Sessions that began on the last {Days(days)}.")),
        .. Windows.Select(days => new SegmentFieldView(Of("pages", days), "number", $"Pages looked at in sessions that began on the last {Days(days)}.")),
    ];

    internal static bool TryFind(string name, [NotNullWhen(true)] out SegmentField? field)
    {
        if (Named.TryGetValue(name, out field))
            return true;
        if (!name.StartsWith(AttributePrefix, StringComparison.Ordinal) || name.Length - AttributePrefix.Length is < 1 or > MaxAttributeName)
            return false;
        var attribute = name[AttributePrefix.Length..];
        field = new SegmentField(SegmentValueKind.Text, Text: c => c.Profile?.Attributes?.GetValueOrDefault(attribute));
        return true;
    }

    static Dictionary<string, SegmentField> All()
    {
        var fields = new Dictionary<string, SegmentField>(StringComparer.Ordinal)
        {
            ["country"] = new(SegmentValueKind.Text, Text: c => c.Profile?.Country),
            ["tier"] = new(SegmentValueKind.Text, Text: c => c.Profile?.Tier),
            ["marketing_consent"] = new(SegmentValueKind.Flag, Flag: c => c.Profile?.MarketingConsent),
            ["accounts"] = new(SegmentValueKind.Count, Count: c => c.AccountCount),
            ["customer_age_days"] = new(SegmentValueKind.Days, Since: c => c.Since),
            ["days_since_last_transaction"] = new(SegmentValueKind.Days, Since: c => c.LastTransactionAt),
            ["days_since_last_seen"] = new(SegmentValueKind.Days, Since: c => c.LastSeenAt),
        };
        foreach (var days in Windows)
        {
            fields[Of("spent_minor", days)] = Window(days, (d, currency) => d.Spent is { } spent ? spent.GetValueOrDefault(currency!) : 0) with { HasCurrency = true };
            fields[Of("transactions", days)] = Window(days, (d, _) => d.Transactions);
            fields[Of("sessions", days)] = Window(days, (d, _) => d.Sessions);
            fields[Of("pages", days)] = Window(days, (d, _) => d.Pages);
        }
        return fields;
    }

    static SegmentField Window(int days, Func<CustomerDay, string?, long> ofDay) => new(SegmentValueKind.Window, OfDay: ofDay, Window: days);

    static string Of(string name, int days) => string.Create(CultureInfo.InvariantCulture, $"{name}_{days}d");

    static string Days(int days) => days == 1 ? "day, today" : string.Create(CultureInfo.InvariantCulture, $"{days} days, today counted");
}

/// <summary>A field as it is described to people.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Type">text, boolean or number.</param>
/// <param name="Description">What it says.</param>
public sealed record SegmentFieldView(string Name, string Type, string Description);

/// <summary>How numbers are compared.</summary>
/// <param name="Op">The operator.</param>
/// <param name="Value">With what.</param>
[StructLayout(LayoutKind.Auto)]
readonly record struct NumberComparison(string Op, long Value)
{
    /// <summary>Whether there is such an operator.</summary>
    public static bool IsOne(string op) => op is "eq" or "ne" or "lt" or "le" or "gt" or "ge";

    /// <summary>Whether it holds.</summary>
    public bool Holds(long number) => Op switch
    {
        "eq" => number == Value,
        "ne" => number != Value,
        "lt" => number < Value,
        "le" => number <= Value,
        "gt" => number > Value,
        _ => number >= Value,
    };
}
