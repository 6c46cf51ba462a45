using System.CommandLine;
using System.Text.Json;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;
using Spectre.Console;

namespace Orchestrator.Cli.Models;

/// <summary><c>orchestrator models</c>.</summary>
static class ModelsCommand
{
    static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    static readonly Option<string?> Actor = new("--actor") { Description = "In whose name a development service is to give a token: whoever uploads a model cannot activate it [default: who is logged in]" };
    static readonly Option<bool> Json = new("--json") { Description = "Print the answer as one line of JSON" };

    public static Command Create(ConnectionOptions connections) => new(
        "models", "See to fraud models: upload them, try them beside the live one, compare, put them in force. Through the HTTP API.")
    {
        Upload(connections),
        List(connections),
        Show(connections),
        Download(connections),
        Change("shadow", "Let a model score beside the live one, deciding nothing", connections),
        Change("activate", "Let a shadow's score count; not in the name of who uploaded it", connections),
        Change("rollback", "Take the live model out of force: what it replaced is live again, or none is", connections),
        Change("retire", "End the trial of a shadow", connections),
        Compare(connections),
        ModelThresholdsCommand.Create(connections),
    };

    static Command Upload(ConnectionOptions connections)
    {
        Argument<FileInfo> file = new("FILE") { Description = "As train writes it, or the manifest of an ONNX model; onnxFile in it names a graph beside it" };
        var reason = Reason();
        var command = new Command("upload", "Store a model's file as a draft. The same file again changes nothing.") { file, reason, Actor, Json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = Api(parsed, connections);
            var bytes = ModelFiles.Read(parsed.GetRequiredValue(file).FullName);
            Print(parsed, await api.UploadAsync(bytes, parsed.GetRequiredValue(reason), cancellationToken));
            return 0;
        });
        return command;
    }

    static Command List(ConnectionOptions connections)
    {
        Option<string?> after = new("--after") { Description = "Continue after this version" };
        Option<int> limit = new("--limit") { Description = "How many at most, 1 to 200", DefaultValueFactory = _ => 100 };
        var command = new Command("list", "Models by version") { after, limit, Json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = Api(parsed, connections);
            var page = await api.ListAsync(parsed.GetValue(after), parsed.GetValue(limit), cancellationToken);
            if (parsed.GetValue(Json))
                Terminal.Json(page);
            else
                Print(page);
            return 0;
        });
        return command;
    }

    static Command Show(ConnectionOptions connections)
    {
        var version = Version();
        var command = new Command("show", "A model: inputs, thresholds, facts, state, and what was done with it") { version, Json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = Api(parsed, connections);
            Print(parsed, await api.FindAsync(parsed.GetRequiredValue(version), cancellationToken));
            return 0;
        });
        return command;
    }

    static Command Download(ConnectionOptions connections)
    {
        var version = Version();
        Option<string?> output = new("--output", "-o") { Description = "Where it goes [default: VERSION.json]" };
        var command = new Command("download", "Get a model's file") { version, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = Api(parsed, connections);
            var bytes = await api.DownloadAsync(parsed.GetRequiredValue(version), cancellationToken);
            await WriteAsync(parsed.GetValue(output) ?? $"{parsed.GetRequiredValue(version)}.json", bytes, cancellationToken);
            return 0;
        });
        return command;
    }

    static Command Change(string name, string description, ConnectionOptions connections)
    {
        var (version, reason) = (Version(), Reason());
        var command = new Command(name, description) { version, reason, Actor, Json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = Api(parsed, connections);
            Print(parsed, await api.ChangeAsync(parsed.GetRequiredValue(version), name, parsed.GetRequiredValue(reason), cancellationToken));
            return 0;
        });
        return command;
    }

    static Command Compare(ConnectionOptions connections)
    {
        Option<string?> from = new("--from") { Description = "From when on, as 2026-03-01 or 2026-03-01T12:00:00Z [default: seven days before --to]" };
        Option<string?> to = new("--to") { Description = "Before when [default: now]" };
        Option<bool> genuine = new("--assume-genuine") { Description = "What has no label counts as genuine" };
        var command = new Command("compare", "What decided beside what was on trial, over stored decisions; with precision, recall and amounts where labels are known")
        {
            from, to, genuine, Json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = Api(parsed, connections);
            Print(parsed, await api.CompareAsync(parsed.GetValue(from), parsed.GetValue(to), parsed.GetValue(genuine), cancellationToken));
            return 0;
        });
        return command;
    }

    internal static async Task WriteAsync(string path, byte[] bytes, CancellationToken cancellationToken)
    {
        try
        {
            await File.WriteAllBytesAsync(path, bytes, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException("model_not_writable", e.Message, e);
        }
    }

    static Argument<string> Version() => new("VERSION") { Description = "As list shows it" };

    static Option<string> Reason() => new("--reason") { Description = "Why; kept for ever", Required = true };

    static ModelsApi Api(ParseResult parsed, ConnectionOptions connections) =>
        new(connections.Api(parsed, parsed.GetValue(Actor)));

    static void Print(ParseResult parsed, ModelAnswer answer)
    {
        if (parsed.GetValue(Json))
            Terminal.Json(answer);
        else
            Console.Out.WriteLine($"{answer.Version} is {answer.State}.");
    }

    static void Print(ParseResult parsed, JsonElement answer)
    {
        if (parsed.GetValue(Json))
            Terminal.Json(answer);
        else
            Console.Out.WriteLine(JsonSerializer.Serialize(answer, Indented));
    }

    static void Print(ModelsPage page)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumn("version").AddColumn("state").AddColumn("format").AddColumn(new TableColumn("bytes").RightAligned()).AddColumn("by").AddColumn("since (UTC)");
        foreach (var m in page.Items)
        {
            table.AddRow(
                m.Version.EscapeMarkup(), $"{m.State}".ToLowerInvariant(), m.Format.EscapeMarkup(), $"{m.Bytes:N0}", m.Author.EscapeMarkup(),
                $"{m.ChangedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}");
        }
        Terminal.Out.Write(table);
        if (page.Next is { } next)
            Terminal.Note($"More: orchestrator models list --after {next}");
    }
}
