using System.CommandLine;
using Confluent.Kafka;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Clusters.Plans;
using Orchestrator.Messaging.Kafka.Iam;

namespace Orchestrator.Cli.Clusters;

/// <summary><c>orchestrator topics</c>.</summary>
static class TopicsCommand
{
    static readonly TimeSpan Bound = TimeSpan.FromSeconds(15);
    static readonly Option<bool> Json = new("--json") { Description = "Print one line of JSON", Recursive = true };
    static readonly Option<bool> DryRun = new("--dry-run") { Description = "Only show what would be done" };

    static readonly Option<string[]> Allow = new("--allow")
    {
        Description = $"What may be done beyond what harms nothing: {string.Join(", ", TopicDrift.Leaves)}; may be repeated",
        HelpName = "name",
        DefaultValueFactory = _ => [],
    };

    static readonly Argument<string[]> Names = new("topics")
    {
        Description = "Topics by their names on the cluster [default: all of the product, without copies of parked messages]", DefaultValueFactory = _ => [],
    };

    static TopicsCommand() => Allow.AcceptOnlyFromAmong([.. TopicDrift.Leaves]);

    public static Command Create(ConnectionOptions connections, TimeProvider time)
    {
        var options = new TopicOptions();
        var list = new Command("list", "Show every topic of the product as it is on the cluster");
        list.SetAction((parsed, _) => ListAsync(parsed, connections, options));
        var drift = new Command("drift", "Show where topics are not as planned; exit code 1 when any is");
        drift.SetAction((parsed, _) => DriftAsync(parsed, connections, options));
        var apply = new Command("apply", "Create missing topics and mend settings, as far as that harms nothing or is allowed; exit code 2 when something is left") { DryRun, Allow };
        apply.SetAction((parsed, _) => ApplyAsync(parsed, connections, options));
        var skew = new Command("skew", "Show how unevenly messages and bytes lie over the partitions of topics") { Names };
        skew.SetAction((parsed, cancellationToken) => SkewAsync(parsed, connections, options, time, cancellationToken));
        var command = new Command("topics", "See to the topics of the product on a cluster: what is there, what differs from the plan, what can be mended, how messages are spread") { list, drift, apply, skew };
        foreach (var sub in new[] { list, drift, apply, skew })
            options.AddTo(sub);
        command.Add(Json);
        return command;
    }

    static Task<int> ListAsync(ParseResult parsed, ConnectionOptions connections, TopicOptions options) => WithAdminAsync(parsed, connections, options, async (admin, plan, _) =>
    {
        var states = await TopicStates.ReadAsync(admin, [.. plan.Select(p => p.Name)], Bound);
        var differences = TopicDrift.Between(plan, states);
        if (parsed.GetValue(Json))
            Terminal.Json(new { topics = plan.Select(p => new { p.Name, state = states.GetValueOrDefault(p.Name), differences = differences.Count(d => d.Topic == p.Name) }) });
        else
            TopicsPrint.List(plan, states, differences);
        return 0;
    });

    static Task<int> DriftAsync(ParseResult parsed, ConnectionOptions connections, TopicOptions options) => WithAdminAsync(parsed, connections, options, async (admin, plan, _) =>
    {
        var differences = TopicDrift.Between(plan, await TopicStates.ReadAsync(admin, [.. plan.Select(p => p.Name)], Bound));
        if (parsed.GetValue(Json))
            Terminal.Json(new { differences });
        else if (differences.Count == 0)
            Console.Out.WriteLine($"All {plan.Count} topics are as planned.");
        else
            TopicsPrint.Differences(differences);
        return differences.Count == 0 ? 0 : CommandException.ExitCode;
    });

    static Task<int> ApplyAsync(ParseResult parsed, ConnectionOptions connections, TopicOptions options) => WithAdminAsync(parsed, connections, options, async (admin, plan, _) =>
    {
        var names = plan.Select(p => p.Name).ToList();
        var differences = TopicDrift.Between(plan, await TopicStates.ReadAsync(admin, names, Bound));
        var mended = TopicApplication.Mended(differences, parsed.GetValue(Allow) ?? []);
        var left = differences.Except(mended).ToList();
        var dryRun = parsed.GetValue(DryRun);
        if (!dryRun)
            await TopicApplication.ApplyAsync(admin, plan, mended);
        if (parsed.GetValue(Json))
            Terminal.Json(new { dryRun, mended, left });
        else
            TopicsPrint.Applied(mended, left, dryRun);
        return left.Count == 0 ? 0 : CommandException.PartialExitCode;
    });

    static Task<int> SkewAsync(ParseResult parsed, ConnectionOptions connections, TopicOptions options, TimeProvider time, CancellationToken cancellationToken) =>
        WithAdminAsync(parsed, connections, options, async (admin, plan, client) =>
        {
            var asked = parsed.GetValue(Names) is { Length: > 0 } given ? given : [.. plan.Select(p => p.Name).Where(n => !n.EndsWith(Contracts.Topics.ParkedSuffix, StringComparison.Ordinal))];
            var states = await TopicStates.ReadAsync(admin, asked, Bound);
            if (Array.Find(asked, name => !states.ContainsKey(name)) is { } unknown && parsed.GetValue(Names) is { Length: > 0 })
                throw new CommandException("unknown_topic", $"{unknown} is not on the cluster, or may not be seen");
            var reader = new SkewReader(client, time);
            var skews = await Task.Run(() => asked.Where(states.ContainsKey).Select(name => reader.Read(name, states[name].Partitions, cancellationToken)).ToList(), cancellationToken);
            if (parsed.GetValue(Json))
                Terminal.Json(new { topics = skews });
            else
                TopicsPrint.Skew(skews);
            return 0;
        });

    static async Task<int> WithAdminAsync(
        ParseResult parsed, ConnectionOptions connections, TopicOptions options, Func<IAdminClient, IReadOnlyList<TopicPlan>, ClientConfig, Task<int>> work)
    {
        var settings = connections.KafkaSettings(parsed);
        var plan = TopicPlan.Of(options.Needs(parsed, settings));
        if (!settings.Client.ContainsKey("bootstrap.servers"))
            throw new CommandException("no_kafka", "No broker is known: give --kafka host:port or set ORCHESTRATOR_KAFKA, or start the service here.");
        var client = ConnectionOptions.Client(settings);
        using var admin = new AdminClientBuilder(new AdminClientConfig(client)).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).BuildSignedIn(client);
        try
        {
            return await work(admin, plan, client);
        }
        catch (KafkaException e)
        {
            throw new CommandException(
                e.Error.Code is ErrorCode.Local_Transport or ErrorCode.Local_TimedOut or ErrorCode.Local_AllBrokersDown ? "kafka_unreachable" : "kafka_refused", TopicsPrint.Reason(e), e);
        }
    }
}
