using System.CommandLine;
using System.Text;
using System.Text.Json;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;
using Orchestrator.Messaging.Parking;
using Spectre.Console;
using static Orchestrator.Cli.Parked.ParkedCommand;

namespace Orchestrator.Cli.Parked;

/// <summary>Looks into parked messages.</summary>
static class ParkedLooking
{
    const int BytesInLine = 16;

    public static Command Groups(ConnectionOptions connections)
    {
        var json = JsonOption();
        var command = new Command("groups", "The causes for which messages are parked, the largest first") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = Api(parsed, connections);
            var answer = await api.GroupsAsync(cancellationToken);
            if (parsed.GetValue(json))
                Terminal.Json(new { answer.Total, Groups = answer.Items });
            else
                Print(answer.Items, answer.Total);
            return 0;
        });
        return command;
    }

    public static Command Search(ConnectionOptions connections)
    {
        var (json, which) = (JsonOption(), new ParkedOptions(search: true));
        Option<string?> after = new("--after") { Description = "Continue after this id" };
        Option<int> limit = new("--limit") { Description = "How many at most, 1 to 500", DefaultValueFactory = _ => 100 };
        var command = new Command("search", "Parked messages, oldest first; all that is said must fit") { after, limit, json };
        command.Aliases.Add("list");
        which.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = Api(parsed, connections);
            var from = parsed.GetValue(after) is { } id ? $"&after={Uri.EscapeDataString(id)}" : "";
            var answer = await api.SearchAsync($"limit={parsed.GetValue(limit)}{from}{which.Query(parsed)}", cancellationToken);
            if (parsed.GetValue(json))
                Terminal.Json(new { answer.Total, answer.Items, answer.Next });
            else
                Print(answer);
            return 0;
        });
        return command;
    }

    public static Command Show(ConnectionOptions connections)
    {
        var json = JsonOption();
        Option<bool> hex = new("--hex") { Description = "Show the bytes of a body that is no text" };
        Argument<long> id = new("ID") { Description = "The parked message's id" };
        var command = new Command("show", "One parked message with its headers, its body, its key's queue and what was done about it") { id, hex, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = Api(parsed, connections);
            var detail = await api.FindAsync(parsed.GetValue(id), cancellationToken);
            if (parsed.GetValue(json))
                Terminal.Json(detail);
            else
                ParkedCommand.Print(detail);
            if (parsed.GetValue(hex) && detail.GetProperty("bodyEncoding").GetString() == "base64")
                Console.Out.Write(Dump(detail.GetProperty("body").GetBytesFromBase64()));
            return 0;
        });
        return command;
    }

    public static Command Queue(ConnectionOptions connections)
    {
        var json = JsonOption();
        Argument<long> id = new("ID") { Description = "The parked message's id" };
        Option<string?> after = new("--after") { Description = "Continue after this id" };
        Option<int> limit = new("--limit") { Description = "How many of those behind it at most, 1 to 500", DefaultValueFactory = _ => 100 };
        var command = new Command("queue", "What waits behind a parked message, in the order in which it will be taken") { id, after, limit, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = Api(parsed, connections);
            var queue = await api.QueueAsync(parsed.GetValue(id), parsed.GetValue(after), parsed.GetValue(limit), cancellationToken);
            if (parsed.GetValue(json))
                Terminal.Json(queue);
            else
                Print(queue);
            return 0;
        });
        return command;
    }

    public static Command Export(ConnectionOptions connections)
    {
        var which = new ParkedOptions(search: true);
        Option<string?> output = new("--output", "-o") { Description = "The file to write; standard output when it is not said" };
        Option<string?> after = new("--after") { Description = "Continue after this id" };
        Option<int> limit = new("--limit") { Description = "How many lines at most, 1 to 10,000", DefaultValueFactory = _ => 1_000 };
        var command = new Command("export", "Parked messages with headers and bodies as lines of JSON") { output, after, limit };
        which.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = Api(parsed, connections);
            var from = parsed.GetValue(after) is { } id ? $"&after={Uri.EscapeDataString(id)}" : "";
            await using var to = parsed.GetValue(output) is { } path ? File.Create(path) : Console.OpenStandardOutput();
            await api.ExportAsync($"limit={parsed.GetValue(limit)}{from}{which.Query(parsed)}", to, cancellationToken);
            return 0;
        });
        return command;
    }

    static string Dump(byte[] bytes)
    {
        var text = new StringBuilder();
        for (var at = 0; at < bytes.Length; at += BytesInLine)
        {
            var line = bytes.AsSpan(at, Math.Min(BytesInLine, bytes.Length - at));
            var shown = string.Concat(line.ToArray().Select(b => b is >= 0x20 and < 0x7f ? (char)b : '.'));
            text.AppendLine($"{at:x8}  {Convert.ToHexStringLower(line).PadRight(2 * BytesInLine)}  {shown}");
        }
        return text.ToString();
    }

    static void Print(IReadOnlyList<ParkedCauseView> groups, long total)
    {
        var table = new Table().Border(TableBorder.Rounded).Title($"{total:N0} parked")
            .AddColumn("group").AddColumn("lanes").AddColumn("topic").AddColumn("type").AddColumn("error")
            .AddColumn(new TableColumn("count").RightAligned()).AddColumn(new TableColumn("behind").RightAligned()).AddColumn("first (UTC)").AddColumn("last (UTC)")
            .AddColumn(new TableColumn("example").RightAligned());
        foreach (var g in groups)
        {
            table.AddRow(
                Safe(g.CauseId), Safe(g.Group), Safe(g.Topic), Safe(g.MessageType), Safe(g.ErrorCode ?? g.ExceptionType),
                $"{g.Count:N0}", $"{g.QueuedBehind:N0}", At(g.FirstParkedAt), At(g.LastParkedAt), $"{g.ExampleId}");
        }
        Terminal.Out.Write(table);
    }

    static void Print(ParkedAnswer answer)
    {
        Terminal.Out.Write(Messages(answer.Items, $"{answer.Total:N0} parked"));
        if (answer.Next is { } next)
            Terminal.Note($"More: --after {next}");
    }

    static void Print(ParkedQueue queue)
    {
        var counts = queue.Counts;
        Terminal.Out.Write(Messages(queue.Behind, $"{Safe(queue.Key)} in {Safe(queue.Group)}[[{queue.Partition}]]: {counts.Ahead:N0} ahead, {counts.Behind:N0} behind {queue.ParkedId}"));
        if (queue.Next is { } next)
            Terminal.Note($"More: --after {next}");
    }

    static Table Messages(IReadOnlyList<ParkedView> messages, string title)
    {
        var table = new Table().Border(TableBorder.Rounded).Title(title)
            .AddColumn(new TableColumn("id").RightAligned()).AddColumn("status").AddColumn("position").AddColumn("key").AddColumn("type")
            .AddColumn("error").AddColumn("tries").AddColumn("asked for");
        foreach (var p in messages)
        {
            table.AddRow(
                $"{p.ParkedId}", Safe(p.EditId is null ? p.Status : $"{p.Status}, edited"), Safe($"{p.Topic}[{p.Partition}]@{p.Offset}"), Safe(p.Key), Safe(p.MessageType),
                Safe(p.ErrorCode ?? p.ExceptionType), $"{p.Attempts}", Safe(p.Requested));
        }
        return table;
    }
}
