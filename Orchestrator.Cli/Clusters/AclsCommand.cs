using System.CommandLine;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;
using Orchestrator.Messaging.Clusters.Access;

namespace Orchestrator.Cli.Clusters;

/// <summary><c>orchestrator acls</c>.</summary>
static class AclsCommand
{
    static readonly string[] Formats = ["commands", "json", "confluent", "msk", "msk-iam", "event-hubs"];

    static readonly Option<string[]> RoleNames = new("--roles")
    {
        Description = $"What the process does: {string.Join(", ", AccessList.Roles)}; several with commas [default: all of the service]",
        HelpName = "role,...",
        DefaultValueFactory = _ => [],
    };

    static readonly Option<string> Principal = new("--principal") { Description = "Whom to allow it, as the cluster calls it", HelpName = "User:name", DefaultValueFactory = _ => "User:orchestrator" };
    static readonly Option<string> Format = new("--format") { Description = $"How to print it: {string.Join(", ", Formats)}", DefaultValueFactory = _ => Formats[0] };
    static readonly Option<bool> Creates = new("--create-topics") { Description = "Also what it takes to create missing topics; else create them by 'topics apply'" };
    static readonly Option<bool> Older = new("--older-brokers") { Description = "Also what idempotent producers need before Kafka 2.8" };

    static AclsCommand() => Format.AcceptOnlyFromAmong(Formats);

    public static Command Create(ConnectionOptions connections)
    {
        var topics = new TopicOptions();
        var command = new Command(
            "acls",
            "Print what a process of the service must be allowed on a cluster, and no more: read on what its groups read, write on what it publishes, by its roles. The role 'operator' is " +
            "for who runs 'topics', 'tail' and 'doctor'. Nothing is asked of the cluster, and nothing is changed on it.")
        {
            RoleNames, Principal, Format, Creates, Older,
        };
        topics.AddTo(command);
        command.SetAction(parsed => Run(parsed, connections, topics));
        return command;
    }

    static int Run(ParseResult parsed, ConnectionOptions connections, TopicOptions topics)
    {
        var kafka = connections.KafkaSettings(parsed);
        var rules = AccessList.For(Roles(parsed.GetValue(RoleNames) ?? []), topics.Needs(parsed, kafka), new AccessRequest(parsed.GetValue(Creates), parsed.GetValue(Older)));
        var principal = parsed.GetValue(Principal)!;
        var servers = kafka.Client.GetValueOrDefault("bootstrap.servers", "BOOTSTRAP:9092");
        switch (parsed.GetValue(Format))
        {
            case "json":
                Terminal.Json(new { principal, rules });
                break;
            case "confluent":
                Print(AccessText.Confluent(rules, principal));
                break;
            case "msk":
                Print(AccessText.MskHints.Select(h => "# " + h).Concat(AccessText.Commands(rules, principal, servers)));
                break;
            case "msk-iam":
                Terminal.Json(IamPolicy.Of(rules));
                break;
            case "event-hubs":
                Print(AccessText.EventHubsHints.Select(h => "# " + h).Concat(rules.Where(r => r is { Resource: "topic", Operation: "Read" or "Write" })
                    .Select(r => $"{(r.Operation == "Read" ? "Listen" : "Send")} {r.Name}")));
                break;
            default:
                Print(AccessText.Commands(rules, principal, servers));
                break;
        }
        return 0;
    }

    static List<string> Roles(string[] given)
    {
        var names = given.SelectMany(g => g.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.Ordinal).ToList();
        if (names.Find(n => !AccessList.Roles.Contains(n, StringComparer.Ordinal)) is { } unknown)
            throw new CommandException("unknown_role", $"'{unknown}' is none of {string.Join(", ", AccessList.Roles)}");
        return names.Count > 0 ? names : [.. RoleUse.All.Select(r => r.Role)];
    }

    static void Print(IEnumerable<string> lines)
    {
        foreach (var line in lines)
            Console.Out.WriteLine(line);
    }
}
