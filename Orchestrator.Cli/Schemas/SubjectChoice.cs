using System.CommandLine;
using Orchestrator.Cli.Output;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Schemas.Registry;

namespace Orchestrator.Cli.Schemas;

/// <summary>Under which subjects messages are registered, and in which language: what both commands ask that talk to a registry.</summary>
sealed class SubjectChoice
{
    readonly Option<string> _format = new Option<string>("--format") { Description = "avro, protobuf or json", DefaultValueFactory = _ => "avro" }.AcceptOnlyFromAmong("avro", "protobuf", "json");

    readonly Option<string[]> _topics = new("--topic-format")
    {
        Description = "Another format for the messages of a topic; may be repeated",
        HelpName = "topic=format",
        DefaultValueFactory = _ => [],
    };

    readonly Option<string> _strategy = new Option<string>("--strategy")
    {
        Description = "How subjects are called: by the message (record), by topic and message (topic-record), or by the topic alone (topic), for topics with one message",
        DefaultValueFactory = _ => "record",
    }.AcceptOnlyFromAmong("record", "topic-record", "topic");

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_format);
        command.Add(_topics);
        command.Add(_strategy);
    }

    /// <summary>The subjects of messages.</summary>
    /// <exception cref="CommandException"><c>bad_topic_format</c>, or <c>subject_not_unique</c>: several messages would share a subject.</exception>
    public IReadOnlyList<ChosenSubject> Of(ParseResult parsed, IReadOnlyList<MessageContract> contracts)
    {
        var topics = Topics(parsed.GetValue(_topics) ?? [], [.. ContractCatalog.All.Select(c => c.Topic)]);
        var format = Enum.Parse<SchemaFormat>(parsed.GetRequiredValue(_format), ignoreCase: true);
        var strategy = parsed.GetRequiredValue(_strategy) switch
        {
            "topic" => SubjectStrategy.Topic,
            "topic-record" => SubjectStrategy.TopicRecord,
            _ => SubjectStrategy.Record,
        };
        var chosen = contracts.Select(c => new ChosenSubject(SubjectNames.Of(strategy, c), c, topics.GetValueOrDefault(c.Topic, format))).ToList();
        // Whether others travel on the topic too is asked of all messages, not of those alone that are named.
        var crowded = strategy is SubjectStrategy.Topic ? chosen.FirstOrDefault(s => ContractCatalog.All.Count(c => c.Topic == s.Contract.Topic) > 1) : null;
        return crowded is null
            ? chosen
            : throw new CommandException("subject_not_unique", $"Several messages travel on {crowded.Contract.Topic} and would share the subject {crowded.Name}; --strategy record or topic-record tells them apart.");
    }

    static Dictionary<string, SchemaFormat> Topics(string[] given, HashSet<string> known)
    {
        var topics = new Dictionary<string, SchemaFormat>(StringComparer.Ordinal);
        foreach (var one in given)
        {
            if (one.Split('=') is not [var topic, "avro" or "protobuf" or "json"] || !known.Contains(topic) || !topics.TryAdd(topic, Enum.Parse<SchemaFormat>(one.Split('=')[1], ignoreCase: true)))
                throw new CommandException("bad_topic_format", $"'{one}' is not topic=avro, topic=protobuf or topic=json, with a topic that there is, once each");
        }
        return topics;
    }
}

/// <summary>Where a message is registered.</summary>
/// <param name="Name">The subject.</param>
/// <param name="Contract">The message.</param>
/// <param name="Format">In which language.</param>
sealed record ChosenSubject(string Name, MessageContract Contract, SchemaFormat Format);
