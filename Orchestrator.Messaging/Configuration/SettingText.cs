using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;

namespace Orchestrator.Messaging.Configuration;

/// <summary>Reads settings from text as the configuration binder does, and says in words what is allowed.</summary>
public static class SettingText
{
    /// <summary>Reads a value.</summary>
    /// <returns>False when it is not of that type.</returns>
    public static bool TryRead(Type type, string? text, [NotNullWhen(true)] out object? value)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        value = null;
        if (text is null)
            return false;
        if (plain == typeof(string))
        {
            value = text;
            return true;
        }
        if (plain.IsEnum)
            return Enum.TryParse(plain, text, ignoreCase: true, out value) && Enum.IsDefined(plain, value!) && !long.TryParse(text, CultureInfo.InvariantCulture, out _);
        try
        {
            value = TypeDescriptor.GetConverter(plain).ConvertFromInvariantString(text);
            return value is not null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or NotSupportedException or OverflowException)
        {
            return false;
        }
    }

    /// <summary>What a setting may be: <c>must be a whole number from 1 to 10,000</c>.</summary>
    public static string Allowed(PropertyInfo property) => $"must be {Kind(property.PropertyType)}{Bounds(property)}";

    /// <summary>A type in words.</summary>
    public static string Kind(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain switch
        {
            _ when plain == typeof(bool) => "true or false",
            _ when plain.IsEnum => $"one of {string.Join(", ", Enum.GetNames(plain))}",
            _ when plain == typeof(int) || plain == typeof(long) || plain == typeof(short) => "a whole number",
            _ when plain == typeof(double) || plain == typeof(decimal) => "a number",
            _ when plain == typeof(TimeSpan) => "a time as days.hours:minutes:seconds",
            _ when plain == typeof(DateTimeOffset) || plain == typeof(DateTime) => "an instant as 2026-05-01T12:00:00Z",
            _ when plain == typeof(Uri) => "an address",
            _ when plain == typeof(string) => "a text",
            _ => plain.Name,
        };
    }

    /// <summary>Its bounds in words, with a blank before them; empty when there are none.</summary>
    public static string Bounds(PropertyInfo property)
    {
        if (property.GetCustomAttribute<RangeAttribute>() is { } range)
            return $" from {Number(range.Minimum)} to {Number(range.Maximum)}";
        if (property.GetCustomAttribute<AllowedValuesAttribute>() is { } allowed)
            return $": {string.Join(", ", allowed.Values)}";
        return property.GetCustomAttribute<MaxLengthAttribute>() is { } length ? $" of {length.Length} characters at most" : "";
    }

    static string Number(object value) => value switch
    {
        int or long or short => string.Format(CultureInfo.InvariantCulture, "{0:N0}", value),
        double number => number.ToString("#,0.######", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
