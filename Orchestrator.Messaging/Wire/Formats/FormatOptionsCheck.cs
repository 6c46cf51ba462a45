using Microsoft.Extensions.Options;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Schemas;

namespace Orchestrator.Messaging.Wire.Formats;

/// <summary>Checks <see cref="FormatOptions"/>, and says of each error how to mend it.</summary>
/// <param name="contracts">All messages under their topics' default names.</param>
sealed class FormatOptionsCheck(IReadOnlyList<MessageContract> contracts) : IValidateOptions<FormatOptions>
{
    /// <summary>The formats by their names in the configuration.</summary>
    public static IReadOnlyDictionary<string, SchemaFormat> Formats { get; } = new Dictionary<string, SchemaFormat>(StringComparer.OrdinalIgnoreCase)
    {
        ["json"] = SchemaFormat.Json,
        ["avro"] = SchemaFormat.Avro,
        ["protobuf"] = SchemaFormat.Protobuf,
    };

    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, FormatOptions options)
    {
        var errors = Topics(options).Concat(Registry(options)).ToList();
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    IEnumerable<string> Topics(FormatOptions options)
    {
        var topics = contracts.Select(c => c.Topic).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        foreach (var (topic, format) in options.Topics)
        {
            var messages = contracts.Count(c => string.Equals(c.Topic, topic, StringComparison.OrdinalIgnoreCase));
            if (topic.EndsWith(Contracts.Topics.ParkedSuffix, StringComparison.OrdinalIgnoreCase))
                yield return $"{FormatOptions.Section}:Topics:{topic}: copies of parked messages are as those came; remove the entry";
            else if (messages == 0)
                yield return $"{FormatOptions.Section}:Topics:{topic} is no topic; topics are, by their default names, {string.Join(", ", topics)}";
            if (!Formats.TryGetValue(format, out var known))
                yield return $"{FormatOptions.Section}:Topics:{topic} is \"{format}\"; set it to {string.Join(", ", Formats.Keys)}";
            else if (known is not SchemaFormat.Json && options.Subjects is SubjectNaming.Topic && messages > 1)
                yield return $"{FormatOptions.Section}:Subjects is Topic, and {topic} carries {messages} messages, which cannot be versions of one; set it to Record or TopicRecord";
        }
    }

    static IEnumerable<string> Registry(FormatOptions options)
    {
        if (options.Url is not { } url)
        {
            foreach (var (topic, format) in options.Topics.Where(t => Formats.TryGetValue(t.Value, out var format) && format is not SchemaFormat.Json))
                yield return $"{FormatOptions.Section}:SchemaRegistry:Url is not set, and {topic} is to travel as {format}; set it to the address of a Confluent-compatible registry, for instance http://localhost:8081";
            if (options.SchemaRegistry.Count > 0)
                yield return $"{FormatOptions.Section}:SchemaRegistry has properties but no Url; set it, or remove them";
            yield break;
        }
        foreach (var address in url.Split(','))
        {
            if (!Uri.TryCreate(address.Trim(), UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
                yield return $"{FormatOptions.Section}:SchemaRegistry:Url has \"{address}\", which is no address; write it as http://host:8081, several with commas between";
        }
        if (options.Retries is <= 0)
            yield return $"{FormatOptions.Section}:SchemaRegistry:max.retries is 0, and Confluent's client asks nothing then; set it to 1 or more";
        if (ClientError(options) is { } error)
            yield return $"{FormatOptions.Section}:SchemaRegistry: {error} Properties have the names of Confluent's client, for instance basic.auth.user.info";
    }

    static string? ClientError(FormatOptions options)
    {
        try
        {
            options.CreateClient().Dispose();
            return null;
        }
        catch (Exception e)
        {
            return e.Message;
        }
    }
}
