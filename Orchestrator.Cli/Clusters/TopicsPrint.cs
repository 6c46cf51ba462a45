using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Orchestrator.Cli.Output;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Clusters.Plans;
using Spectre.Console;

namespace Orchestrator.Cli.Clusters;

/// <summary>Shows topics to people.</summary>
static class TopicsPrint
{
    public static void List(IReadOnlyList<TopicPlan> plan, IReadOnlyDictionary<string, TopicState> states, IReadOnlyList<TopicDifference> differences)
    {
        var table = Table("topic", "partitions", "replicas", "in sync", "least in sync", "retention", "cleanup", "state");
        foreach (var topic in plan)
        {
            var count = differences.Count(d => d.Topic == topic.Name);
            if (!states.TryGetValue(topic.Name, out var state))
            {
                table.AddRow(topic.Name.EscapeMarkup(), "", "", "", "", "", "", "[red]missing[/]");
                continue;
            }
            table.AddRow(
                topic.Name.EscapeMarkup(), Text(state.Partitions), Text(state.Replication), Text(state.InSync), Setting(state, "min.insync.replicas"), Days(Setting(state, "retention.ms")),
                Setting(state, "cleanup.policy"), count == 0 ? "[green]as planned[/]" : $"[yellow]{count} differences[/]");
        }
        Terminal.Out.Write(table);
    }

    public static void Differences(IReadOnlyList<TopicDifference> differences)
    {
        var table = Table("topic", "what", "is", "planned", "can be mended", "why it matters");
        foreach (var d in differences)
            table.AddRow(d.Topic.EscapeMarkup(), d.What, (d.Actual ?? "").EscapeMarkup(), d.Planned.EscapeMarkup(), Mending(d), d.Why.EscapeMarkup());
        Terminal.Out.Write(table);
    }

    public static void Applied(IReadOnlyList<TopicDifference> mended, IReadOnlyList<TopicDifference> left, bool dryRun)
    {
        foreach (var d in mended)
            Console.Out.WriteLine($"{(dryRun ? "would " : "")}{Deed(d)}");
        foreach (var d in left)
            Console.Out.WriteLine($"left: {d.Topic} {d.What} {d.Actual ?? "(none)"}, not {d.Planned}: {d.Why}{(d.Leave is null ? "" : $"; --allow {d.Leave} does it")}");
        if (mended.Count + left.Count == 0)
            Console.Out.WriteLine("All topics are as planned.");
    }

    public static void Skew(IReadOnlyList<TopicSkew> skews)
    {
        var table = Table("topic", "partition", "messages", "bytes, about", "skew of messages", "skew of bytes");
        foreach (var topic in skews)
        {
            table.AddRow(topic.Topic.EscapeMarkup(), "all", Text(topic.Messages), Text(topic.Bytes), Factor(topic.MessageSkew), Factor(topic.ByteSkew));
            foreach (var partition in topic.Messages == 0 ? [] : topic.Partitions)
                table.AddRow("", Text(partition.Partition), Text(partition.Messages), Text(partition.Bytes), "", "");
        }
        Terminal.Out.Write(table);
    }

    // The first of several refusals says what is wrong.
    public static string Reason(KafkaException failure) => failure switch
    {
        CreateTopicsException { Results: var results } when results.Find(r => r.Error.IsError) is { } bad => $"{bad.Topic}: {bad.Error.Reason}",
        CreatePartitionsException { Results: var results } when results.Find(r => r.Error.IsError) is { } bad => $"{bad.Topic}: {bad.Error.Reason}",
        IncrementalAlterConfigsException { Results: var results } when results.Find(r => r.Error.IsError) is { } bad => $"{bad.ConfigResource.Name}: {bad.Error.Reason}",
        _ => failure.Error.Reason,
    };

    static string Deed(TopicDifference d) => d.What == "topic" ? $"create {d.Topic} with {d.Planned}" : $"set {d.Topic} {d.What} from {d.Actual ?? "(none)"} to {d.Planned}";

    static string Mending(TopicDifference d) => d.Change switch
    {
        TopicChange.Safe => "yes",
        TopicChange.NeedsLeave => $"--allow {d.Leave}",
        _ => "by hand",
    };

    static Table Table(params ReadOnlySpan<string> columns)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var column in columns)
            table.AddColumn(column);
        return table;
    }

    static string Setting(TopicState state, string name) => state.Settings?.GetValueOrDefault(name, "") ?? "?";

    static string Days(string milliseconds) => !long.TryParse(milliseconds, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var ms) ? milliseconds
        : ms < 0 ? "for ever" : string.Create(CultureInfo.InvariantCulture, $"{TimeSpan.FromMilliseconds(ms).TotalDays:0.##} days");

    static string Factor(double skew) => skew.ToString("0.00", CultureInfo.InvariantCulture);

    static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
