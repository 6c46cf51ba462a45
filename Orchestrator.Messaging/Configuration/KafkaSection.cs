using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Configuration.Profiles;

namespace Orchestrator.Messaging.Configuration;

/// <summary>
/// Reads section <c>Kafka</c>: names of <see cref="KafkaOptions"/>, and for the rest client properties by librdkafka's names, directly or under <c>Client</c>.
/// </summary>
public static class KafkaSection
{
    const string ClientPrefix = nameof(KafkaOptions.Client) + ":";

    /// <summary>The service's own names in the section.</summary>
    public static IReadOnlyDictionary<string, PropertyInfo> Own { get; } = typeof(KafkaOptions).GetProperties()
        .Where(p => p.SetMethod is { IsPublic: true }).ToDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads it as it stands; what is wrong with it is for <see cref="Problems"/> to say.</summary>
    /// <exception cref="OptionsValidationException">One of our own values cannot be read.</exception>
    public static KafkaOptions Read(IConfiguration configuration)
    {
        var options = new KafkaOptions();
        var wrong = new List<string>();
        foreach (var (key, value) in Entries(configuration))
        {
            if (!Own.TryGetValue(key, out var own))
                options.Client[Property(key)] = value;
            else if (SettingText.TryRead(own.PropertyType, value, out var read))
                own.SetValue(options, read);
            else
                wrong.Add($"{KafkaOptions.Section}:{own.Name} is '{value}', but {SettingText.Allowed(own)}");
        }
        if (wrong.Count > 0)
            throw new OptionsValidationException(KafkaOptions.Section, typeof(KafkaOptions), wrong);
        if (configuration["ORCHESTRATOR_KAFKA"] is { Length: > 0 } servers)
            options.Client["bootstrap.servers"] = servers;
        options.RegionOfProcess = configuration["AWS_REGION"] ?? configuration["AWS_DEFAULT_REGION"];
        return options;
    }

    /// <summary>The same, for a process that starts with it.</summary>
    /// <exception cref="OptionsValidationException">It cannot be meant; each problem has a name.</exception>
    public static KafkaOptions ReadValid(IConfiguration configuration)
    {
        var options = Read(configuration);
        var problems = Problems(options);
        return problems.Count == 0 ? options : throw new OptionsValidationException(KafkaOptions.Section, typeof(KafkaOptions), problems);
    }

    /// <summary>What is out of range, contradicts itself or is no client property.</summary>
    public static IReadOnlyList<string> Problems(KafkaOptions options)
    {
        var problems = new List<string>();
        foreach (var own in Own.Values)
        {
            var value = own.GetValue(options);
            if (own.GetCustomAttributes<ValidationAttribute>().Any(a => !a.IsValid(value)))
                problems.Add($"{KafkaOptions.Section}:{own.Name} is '{Convert.ToString(value, CultureInfo.InvariantCulture)}', but {SettingText.Allowed(own)}");
        }
        if (options.MinInSyncReplicas > 0 && options.ReplicationFactor > 0 && options.MinInSyncReplicas > options.ReplicationFactor)
            problems.Add("more_in_sync_than_replicas: Kafka:MinInSyncReplicas is above Kafka:ReplicationFactor, so that nothing could ever be written; two of three is usual");
        problems.AddRange(ProfileContradictions.In(options.Profile, options.Client, options.RegionOfTokens));
        problems.AddRange(options.Client.Select(p => Librdkafka.Problem(p.Key, p.Value)).OfType<string>());
        return problems;
    }

    static IEnumerable<(string Key, string Value)> Entries(IConfiguration configuration) =>
        configuration.GetSection(KafkaOptions.Section).AsEnumerable(makePathsRelative: true).Where(e => e.Value is not null && e.Key.Length > 0).Select(e => (e.Key, e.Value!));

    static string Property(string key) => key.StartsWith(ClientPrefix, StringComparison.OrdinalIgnoreCase) ? key[ClientPrefix.Length..] : key;
}
