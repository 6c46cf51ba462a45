using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Orchestrator.Contracts;
using Orchestrator.Ledger.Assets;
using Orchestrator.Messaging.Configuration;

namespace Orchestrator.Api.Settings;

/// <summary>
/// Looks at every setting before anything starts, and tells all that is wrong at once: the key, the value unless it is secret, and what is allowed. A key below one of our sections that
/// nobody reads is refused like a bad value: it would have been meant to do something.
/// </summary>
public static partial class SettingsCheck
{
    // Kubernetes puts ORCHESTRATOR_PORT and the like beside them, so that only what looks like a slip is told.
    static readonly string[] Variables = ["ORCHESTRATOR_KAFKA", "ORCHESTRATOR_POSTGRES", SecretFiles.Variable];

    const int SlipsOfVariables = 2;

    /// <summary>All that is wrong, a line each.</summary>
    public static IReadOnlyList<string> Problems(IConfiguration configuration)
    {
        var problems = new List<string>();
        var unreadable = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in configuration.AsEnumerable().Where(e => e.Value is not null).OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            var parts = key.Split(':');
            if (parts.Length == 1)
                problems.AddRange(Variable(key));
            else if (SettingCatalog.Roots.Contains(parts[0]) && !IsKafka(parts[0]) && !IsTopics(parts[0]))
                problems.AddRange(Of(key, parts, value!, unreadable));
        }
        problems.AddRange(TopicProblems(configuration));
        problems.AddRange(KafkaProblems(configuration));
        foreach (var (section, type) in SettingCatalog.Options.Where(o => o.Type != typeof(AssetOptions) && o.Type.IsAssignableTo(typeof(IValidatableObject)) && !unreadable.Contains(o.Section)))
            problems.AddRange(Together(configuration, section, type));
        return problems;
    }

    static IEnumerable<string> Of(string key, string[] parts, string value, HashSet<string> unreadable)
    {
        if (SettingCatalog.All.FirstOrDefault(s => s.IsAt(parts)) is not { } setting)
        {
            var meant = Spelling.Nearest(key, SettingCatalog.All.Select(s => s.Path));
            // Not even its value: whoever misspells the name of a secret has still written a secret.
            return [$"unknown_setting: {key} ({Name(key)}) is read by nobody{(meant is null ? "" : $"; did you mean {meant}?")}"];
        }
        var optional = value.Length == 0 && (Nullable.GetUnderlyingType(setting.Property.PropertyType) is not null || setting.Type == typeof(Uri));
        if (optional)
            return [];
        var isWhole = setting.Property.PropertyType == setting.Type || Nullable.GetUnderlyingType(setting.Property.PropertyType) == setting.Type;
        if (!SettingText.TryRead(setting.Type, value, out var read) || (isWhole && setting.Property.GetCustomAttributes<ValidationAttribute>().Any(a => !a.IsValid(read))))
        {
            unreadable.Add(setting.Section);
            var allowed = isWhole ? SettingText.Allowed(setting.Property) : $"must be {SettingText.Kind(setting.Type)}";
            return [$"bad_setting: {key} ({Name(key)}) is {Secrets.Shown(key, value)}, but {allowed}{(isWhole && setting.Default is { } otherwise && !Secrets.IsSecret(key) ? $"; its default is {otherwise}" : "")}"];
        }
        return [];
    }

    static IEnumerable<string> Variable(string key) =>
        from known in Variables
        where key.StartsWith("ORCHESTRATOR_", StringComparison.OrdinalIgnoreCase) && !Variables.Contains(key, StringComparer.OrdinalIgnoreCase)
            && Spelling.Slips(key.ToUpperInvariant(), known) <= SlipsOfVariables
        select $"unknown_setting: {key} is read by nobody; did you mean {known}?";

    static IEnumerable<string> TopicProblems(IConfiguration configuration)
    {
        var names = TopicNames.Read(configuration);
        foreach (var (topic, name) in names)
        {
            if (!Topics.All.Contains(topic, StringComparer.Ordinal))
            {
                var meant = Spelling.Nearest(topic, Topics.All);
                yield return $"unknown_setting: Topics:{topic} is no topic of ours{(meant is null ? "" : $"; did you mean Topics:{meant}?")}";
            }
            else if (!TopicName().IsMatch(name) || name is "." or "..")
            {
                yield return $"bad_setting: Topics:{topic} is '{name}', but a topic's name has 1 to {249 - Topics.ParkedSuffix.Length} letters, digits and signs . _ -";
            }
        }
        var actual = Topics.All.Select(t => names.GetValueOrDefault(t, t)).ToList();
        foreach (var twice in actual.GroupBy(n => n, StringComparer.Ordinal).Where(g => g.Count() > 1))
            yield return $"bad_setting: Topics: two topics are called '{twice.Key}'; each needs a name of its own";
    }

    static IEnumerable<string> KafkaProblems(IConfiguration configuration)
    {
        try
        {
            var kafka = KafkaSection.Read(configuration);
            var hasServers = kafka.Client.ContainsKey("bootstrap.servers");
            return !hasServers && kafka.Profile != Messaging.Configuration.Profiles.KafkaProfile.Kafka
                ? [.. KafkaSection.Problems(kafka), $"profile_without_servers: Kafka:Profile is {kafka.Profile}, but no broker is named and the embedded one would be taken; set ORCHESTRATOR_KAFKA to host:port,..."]
                : KafkaSection.Problems(kafka);
        }
        catch (OptionsValidationException e)
        {
            return e.Failures.Select(f => $"bad_setting: {f}");
        }
    }

    // What settings say together.
    static IEnumerable<string> Together(IConfiguration configuration, string section, Type type)
    {
        var options = (IValidatableObject)(configuration.GetSection(section).Get(type) ?? Activator.CreateInstance(type)!);
        foreach (var result in options.Validate(new ValidationContext(options)))
        {
            var text = result.ErrorMessage ?? "is not possible";
            yield return text.StartsWith(section, StringComparison.Ordinal) ? $"bad_setting: {text}" : $"bad_setting: {section}:{string.Join(", ", result.MemberNames)}: {text}";
        }
    }

    static string Name(string key) => key.Replace(":", "__", StringComparison.Ordinal);

    static bool IsKafka(string root) => string.Equals(root, KafkaOptions.Section, StringComparison.OrdinalIgnoreCase);

    static bool IsTopics(string root) => string.Equals(root, TopicNames.Section, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex("^[a-zA-Z0-9._-]{1,242}$")]
    private static partial Regex TopicName();
}
