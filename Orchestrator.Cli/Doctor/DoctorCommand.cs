using System.CommandLine;
using System.Globalization;
using Orchestrator.Cli.Clusters;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Doctor;
using Spectre.Console;

namespace Orchestrator.Cli.Doctor;

/// <summary><c>orchestrator doctor</c>.</summary>
static class DoctorCommand
{
    const string Service = "service";
    static readonly string[] Areas = [MachineExamination.Area, ClusterExamination.Area, DatabaseExamination.Area, Service];

    static readonly Argument<string[]> Wanted = new("areas") { Description = $"What to look at: {string.Join(", ", Areas)} [default: all]", DefaultValueFactory = _ => [] };
    static readonly Option<double> Timeout = new("--timeout") { Description = "How long each look may take, in seconds", DefaultValueFactory = _ => 10 };
    static readonly Option<string> Folder = new("--directory") { Description = "Where data is or would be: its disk is tried out, with some small writes", DefaultValueFactory = _ => ".data" };
    static readonly Option<bool> Json = new("--json") { Description = "Print one line of JSON" };

    static DoctorCommand() => Wanted.AcceptOnlyFromAmong(Areas);

    public static Command Create(ConnectionOptions connections, TimeProvider time)
    {
        var topics = new TopicOptions();
        var command = new Command(
            "doctor",
            "Look at the machine, the Kafka cluster, the database and the running service, and say what is wrong and what to do about it. Nothing is changed. Exit code 0 when all is well, " +
            "1 when something is a problem, 2 when there are only warnings.")
        {
            Wanted, Timeout, Folder, Json,
        };
        topics.AddTo(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, connections, topics, time, cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(ParseResult parsed, ConnectionOptions connections, TopicOptions topics, TimeProvider time, CancellationToken cancellationToken)
    {
        var seconds = parsed.GetValue(Timeout);
        if (seconds is not (>= 0.1 and <= 600))
            throw new CommandException("bad_option", "--timeout is from 0.1 to 600 seconds");
        var bound = TimeSpan.FromSeconds(seconds);
        var wanted = parsed.GetValue(Wanted) is { Length: > 0 } given ? given : Areas;
        var examinations = All(parsed, connections, topics, bound, time).Where(e => wanted.Contains(e.Area, StringComparer.Ordinal))
            .OrderBy(e => Array.IndexOf(Areas, e.Area));
        var areas = await Examination.RunAsync(examinations, bound, time, cancellationToken);
        var worst = areas.Select(a => a.Worst).DefaultIfEmpty(FindingLevel.Ok).Max();
        if (parsed.GetValue(Json))
            Terminal.Json(new { level = worst, areas });
        else
            Print(areas);
        return worst switch { FindingLevel.Problem => CommandException.ExitCode, FindingLevel.Warning => CommandException.PartialExitCode, _ => 0 };
    }

    static IEnumerable<Examination> All(ParseResult parsed, ConnectionOptions connections, TopicOptions topics, TimeSpan bound, TimeProvider time)
    {
        yield return MachineExamination.All(parsed.GetValue(Folder)!);
        foreach (var examination in Cluster(parsed, connections, topics, bound, time))
            yield return examination;
        if (connections.PostgresIfKnown(parsed) is { } postgres)
        {
            foreach (var examination in DatabaseExamination.All(postgres, time))
                yield return examination;
        }
        else
        {
            yield return Unknown(DatabaseExamination.Area, "No database is known", "Give --postgres or set ORCHESTRATOR_POSTGRES, or start the service here.");
        }
        yield return ServiceExamination.All(connections.Api(parsed));
    }

    static IEnumerable<Examination> Cluster(ParseResult parsed, ConnectionOptions connections, TopicOptions topics, TimeSpan bound, TimeProvider time)
    {
        var kafka = connections.KafkaSettings(parsed);
        var plan = TopicPlan.Of(topics.Needs(parsed, kafka));
        if (!kafka.Client.ContainsKey("bootstrap.servers"))
            return [Unknown(ClusterExamination.Area, "No broker is known", "Give --kafka or set ORCHESTRATOR_KAFKA, or start the service here.")];
        var problems = KafkaSection.Problems(kafka);
        var settings = new Examination(ClusterExamination.Area, "kafka_settings", _ => Task.FromResult<IReadOnlyList<Finding>>(problems.Count == 0
            ? [Finding.Ok("kafka_settings", $"client properties fit one another and the profile {kafka.Profile}")]
            : [.. problems.Select(p => Finding.Problem("kafka_settings", p, "The service does not start with it."))]));
        return [settings, .. ClusterExamination.All(kafka.ClientConfig(), plan, bound, time)];
    }

    static Examination Unknown(string area, string what, string remedy) =>
        new(area, $"{area}_known", _ => Task.FromResult<IReadOnlyList<Finding>>([Finding.Warning($"{area}_known", what, remedy)]));

    static void Print(IReadOnlyList<ExaminedArea> areas)
    {
        foreach (var area in areas)
        {
            Terminal.Out.MarkupLine($"[bold]{area.Area}[/]");
            foreach (var finding in area.Findings)
            {
                Terminal.Out.MarkupLine($"  {Mark(finding.Level)} {finding.Name}: {finding.What.EscapeMarkup()}");
                if (finding.Remedy is { } remedy && finding.Level != FindingLevel.Ok)
                    Terminal.Out.MarkupLine($"            [grey]{remedy.EscapeMarkup()}[/]");
            }
        }
        var all = areas.SelectMany(a => a.Findings).ToList();
        Terminal.Out.MarkupLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{all.Count(f => f.Level == FindingLevel.Problem)} problems, {all.Count(f => f.Level == FindingLevel.Warning)} warnings, {all.Count(f => f.Level == FindingLevel.Ok)} ok"));
    }

    static string Mark(FindingLevel level) => level switch
    {
        FindingLevel.Problem => "[red]problem[/]",
        FindingLevel.Warning => "[yellow]warning[/]",
        _ => "[green]ok     [/]",
    };
}
