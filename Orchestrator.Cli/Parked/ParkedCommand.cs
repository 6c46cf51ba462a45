using System.CommandLine;
using System.Text.Json;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;
using Orchestrator.Messaging.Parking;
using Spectre.Console;

namespace Orchestrator.Cli.Parked;

/// <summary><c>orchestrator parked</c>.</summary>
static class ParkedCommand
{
    static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Create(ConnectionOptions connections)
    {
        var command = new Command("parked", "See to messages that could not be taken: what there is and why, take them again or give them up. Through the HTTP API.")
        {
            Groups(connections),
            List(connections),
            Show(connections),
            Act("redrive", "Take parked messages again, each in its place among the messages of its key", ParkedRequest.Redrive, connections),
            Act("discard", "Give parked messages up; what waits behind them goes on", ParkedRequest.Discard, connections),
        };
        return command;
    }

    static Option<bool> JsonOption() => new("--json") { Description = "Print the answer as one line of JSON" };

    static Command Groups(ConnectionOptions connections)
    {
        var json = JsonOption();
        var command = new Command("groups", "The causes for which messages are parked, the largest first") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = Api(parsed, connections);
            var answer = await api.ListAsync(group: null, after: null, limit: 1, cancellationToken);
            if (parsed.GetValue(json))
                Terminal.Json(new { answer.Total, answer.Groups });
            else
                Print(answer.Groups, answer.Total);
            return 0;
        });
        return command;
    }

    static Command List(ConnectionOptions connections)
    {
        var json = JsonOption();
        Option<string?> group = new("--group") { Description = "Only those of this cause, see: parked groups" };
        Option<string?> after = new("--after") { Description = "Continue after this id" };
        Option<int> limit = new("--limit") { Description = "How many at most, 1 to 500", DefaultValueFactory = _ => 100 };
        var command = new Command("list", "Parked messages, oldest first") { group, after, limit, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = Api(parsed, connections);
            var answer = await api.ListAsync(parsed.GetValue(group), parsed.GetValue(after), parsed.GetValue(limit), cancellationToken);
            if (parsed.GetValue(json))
                Terminal.Json(new { answer.Total, answer.Items, answer.Next });
            else
                Print(answer);
            return 0;
        });
        return command;
    }

    static Command Show(ConnectionOptions connections)
    {
        var json = JsonOption();
        Argument<long> id = new("ID") { Description = "The parked message's id" };
        var command = new Command("show", "One parked message with its headers, its body and what was done about it") { id, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = Api(parsed, connections);
            var detail = await api.FindAsync(parsed.GetValue(id), cancellationToken);
            if (parsed.GetValue(json))
                Terminal.Json(detail);
            else
                Console.Out.WriteLine(JsonSerializer.Serialize(detail, Indented));
            return 0;
        });
        return command;
    }

    static Command Act(string name, string description, ParkedRequest request, ConnectionOptions connections)
    {
        var json = JsonOption();
        Argument<long[]> ids = new("ID") { Description = "Parked messages by their ids", Arity = ArgumentArity.ZeroOrMore };
        Option<string?> group = new("--group") { Description = "All of this cause, see: parked groups" };
        Option<bool> all = new("--all") { Description = "All of every cause" };
        var command = new Command(name, description + ". Asking twice does nothing twice.") { ids, group, all, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = Api(parsed, connections);
            var given = (parsed.GetValue(ids) ?? [], parsed.GetValue(group), parsed.GetValue(all));
            var count = given switch
            {
                ({ Length: > 0 } some, null, false) => await EachAsync(some, id => api.OneAsync(id, request, cancellationToken)),
                ([], { } one, false) => (await api.GroupAsync(one, request, cancellationToken)).Count,
                ([], null, true) => await EachAsync(await CausesAsync(api, cancellationToken), cause => api.GroupAsync(cause, request, cancellationToken)),
                _ => throw new CommandException("bad_option", "Give ids, or --group, or --all."),
            };
            if (parsed.GetValue(json))
                Terminal.Json(new { requested = name, count });
            else
                Console.Out.WriteLine($"{name}: asked for {count:N0}; their lanes do it shortly, in order.");
            return 0;
        });
        return command;
    }

    static async Task<IReadOnlyList<string>> CausesAsync(ParkedApi api, CancellationToken cancellationToken) =>
        [.. (await api.ListAsync(group: null, after: null, limit: 1, cancellationToken)).Groups.Select(g => g.CauseId)];

    static async Task<long> EachAsync<T>(IEnumerable<T> items, Func<T, Task<ParkedCount>> ask)
    {
        long count = 0;
        foreach (var item in items)
            count += (await ask(item)).Count;
        return count;
    }

    static ParkedApi Api(ParseResult parsed, ConnectionOptions connections) => new(connections.Api(parsed));

    static void Print(IReadOnlyList<ParkedCauseView> groups, long total)
    {
        var table = new Table().Border(TableBorder.Rounded).Title($"{total:N0} parked")
            .AddColumn("group").AddColumn("lanes").AddColumn("topic").AddColumn("type").AddColumn("error")
            .AddColumn(new TableColumn("count").RightAligned()).AddColumn(new TableColumn("behind").RightAligned()).AddColumn("since (UTC)");
        foreach (var g in groups)
        {
            table.AddRow(
                Safe(g.CauseId), Safe(g.Group), Safe(g.Topic), Safe(g.MessageType), Safe(g.ErrorCode ?? g.ExceptionType),
                $"{g.Count:N0}", $"{g.QueuedBehind:N0}", $"{g.FirstParkedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}");
        }
        Terminal.Out.Write(table);
    }

    static void Print(ParkedAnswer answer)
    {
        var table = new Table().Border(TableBorder.Rounded).Title($"{answer.Total:N0} parked")
            .AddColumn(new TableColumn("id").RightAligned()).AddColumn("status").AddColumn("position").AddColumn("key").AddColumn("type")
            .AddColumn("error").AddColumn("tries").AddColumn("asked for");
        foreach (var p in answer.Items)
        {
            table.AddRow(
                $"{p.ParkedId}", Safe(p.Status), Safe($"{p.Topic}[{p.Partition}]@{p.Offset}"), Safe(p.Key), Safe(p.MessageType),
                Safe(p.ErrorCode ?? p.ExceptionType), $"{p.Attempts}", Safe(p.Requested));
        }
        Terminal.Out.Write(table);
        if (answer.Next is { } next)
            Terminal.Note($"More: orchestrator parked list --after {next}");
    }

    static string Safe(string? text) => (text ?? "").EscapeMarkup();
}
