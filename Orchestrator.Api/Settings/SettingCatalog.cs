using System.Collections;
using System.Globalization;
using System.Reflection;
using Orchestrator.Activity;
using Orchestrator.Casework;
using Orchestrator.Decisioning;
using Orchestrator.Decisioning.Features;
using Orchestrator.Ledger;
using Orchestrator.Ledger.Assets;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Sagas;

namespace Orchestrator.Api.Settings;

/// <summary>
/// Every setting of the service, found where it is read: in each class of options that names its <c>Section</c>. So no list of them has to be kept.
/// </summary>
public static class SettingCatalog
{
    const int Deepest = 6;

    static readonly HashSet<Type> PlainTypes =
        [typeof(string), typeof(decimal), typeof(TimeSpan), typeof(DateTimeOffset), typeof(DateTime), typeof(DateOnly), typeof(TimeOnly), typeof(Guid), typeof(Uri)];

    static readonly Assembly[] Rooms =
    [
        typeof(SettingCatalog).Assembly, typeof(MessagingOptions).Assembly, typeof(LedgerModule).Assembly, typeof(CaseworkOptions).Assembly, typeof(SagasModule).Assembly,
        typeof(DecisioningOptions).Assembly, typeof(ActivityOptions).Assembly,
    ];

    /// <summary>Classes of options by their sections; two may share one.</summary>
    public static IReadOnlyList<(string Section, Type Type)> Options { get; } =
    [
        .. Rooms.SelectMany(a => a.GetTypes()).Where(t => t is { IsClass: true, IsAbstract: false })
            .Select(t => (Section: t.GetField("Section", BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)?.GetRawConstantValue() as string, Type: t))
            .Where(o => o.Section is not null && o.Type.GetConstructor(Type.EmptyTypes) is not null)
            .Append((Section: (string?)DecisioningOptions.FeaturesSection, Type: typeof(FeatureEngineOptions)))
            .OrderBy(o => o.Section, StringComparer.Ordinal).ThenBy(o => o.Type.Name, StringComparer.Ordinal)
            .Select(o => (o.Section!, o.Type)),
    ];

    /// <summary>All settings, by their paths. Client properties of Kafka and names of topics are beside them.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        .. Options.SelectMany(o => o.Type == typeof(AssetOptions) ? Of(o.Section, $"{o.Section}:{Setting.AnyNumber}", typeof(AssetSetting), 0) : Of(o.Section, o.Section, o.Type, 0))
            .DistinctBy(s => s.Path, StringComparer.Ordinal).OrderBy(s => s.Path, StringComparer.Ordinal),
    ];

    /// <summary>What the keys of all settings begin with: what stands below and is none of them is a mistake.</summary>
    public static IReadOnlySet<string> Roots { get; } =
        All.Select(s => s.Path.Split(':')[0]).Append(TopicNames.Section).ToHashSet(StringComparer.OrdinalIgnoreCase);

    static IEnumerable<Setting> Of(string section, string path, Type type, int depth)
    {
        var defaults = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length == 0))
        {
            // Client properties are open.
            if (type == typeof(KafkaOptions) && property.Name == nameof(KafkaOptions.Client))
                continue;
            var isCollection = property.PropertyType != typeof(string) && property.PropertyType.IsAssignableTo(typeof(IEnumerable));
            if (property.SetMethod is not { IsPublic: true } && !isCollection)
                continue;
            foreach (var setting in Values(section, $"{path}:{property.Name}", property.PropertyType, property, property.GetValue(defaults), depth + 1))
                yield return setting;
        }
    }

    static IEnumerable<Setting> Values(string section, string path, Type type, PropertyInfo property, object? value, int depth)
    {
        if (depth > Deepest)
            throw new InvalidOperationException($"{path} nests deeper than settings should");
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (IsPlain(plain))
            return [new Setting(section, path, plain, property, Text(value))];
        if (Element(plain, typeof(IReadOnlyDictionary<,>), typeof(IDictionary<,>)) is { } ofNames)
            return Values(section, $"{path}:{Setting.AnyName}", ofNames, property, value, depth + 1);
        if (Element(plain, typeof(IEnumerable<>)) is { } ofNumbers)
            return Values(section, $"{path}:{Setting.AnyNumber}", ofNumbers, property, value, depth + 1);
        return Of(section, path, plain, depth);
    }

    static bool IsPlain(Type type) => type.IsPrimitive || type.IsEnum || PlainTypes.Contains(type);

    // The last type argument of the first of these that it is.
    static Type? Element(Type type, params ReadOnlySpan<Type> generics)
    {
        foreach (var generic in generics)
        {
            foreach (var candidate in type.GetInterfaces().Append(type))
            {
                if (candidate.IsGenericType && candidate.GetGenericTypeDefinition() == generic)
                    return candidate.GetGenericArguments()[^1];
            }
        }
        return null;
    }

    static string? Text(object? value) => value switch
    {
        null or "" => null,
        bool flag => flag ? "true" : "false",
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        int or long or short => string.Format(CultureInfo.InvariantCulture, "{0}", value),
        string text => text,
        IDictionary pairs => Joined(pairs.Keys.Cast<object>().Select(k => $"{Text(k)}={Text(pairs[k])}").Order(StringComparer.Ordinal)),
        IEnumerable several => Joined(several.Cast<object?>().Select(Text)),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    static string? Joined(IEnumerable<string?> texts) => string.Join(", ", texts) is { Length: > 0 } joined ? joined : null;
}
