using System.CommandLine;
using System.Text.Json;
using Orchestrator.Cli.Connections;
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

    public static Command Create(ConnectionOptions connections, TimeProvider time) =>
        new("parked", "See to messages that could not be taken: what there is and why, take them again or give them up. Through the HTTP API.")
        {
            ParkedLooking.Groups(connections),
            ParkedLooking.Search(connections),
            ParkedLooking.Show(connections),
            ParkedLooking.Queue(connections),
            ParkedLooking.Export(connections),
            ParkedEditing.Propose(connections, time),
            ParkedEditing.Edits(connections),
            ParkedEditing.Decide("approve", "Approve an edit: the message is taken again as it was edited; in the name of somebody else than who proposed it", approve: true, connections),
            ParkedEditing.Decide("reject", "Reject an edit, or take it back: the message stays as it came", approve: false, connections),
            ParkedRedriving.Redrive(connections, time),
            ParkedRedriving.Discard(connections),
            ParkedRedriving.Redrives(connections),
        };

    /// <summary>Whether to print JSON.</summary>
    public static Option<bool> JsonOption() => new("--json") { Description = "Print the answer as one line of JSON" };

    /// <summary>In whose name.</summary>
    public static Option<string?> ActorOption() => new("--actor") { Description = "In whose name, where a development service gives tokens; else who is logged in" };

    /// <summary>The API.</summary>
    public static ParkedApi Api(ParseResult parsed, ConnectionOptions connections, string? name = null) => new(connections.Api(parsed, name));

    /// <summary>A JSON value, for people.</summary>
    public static void Print(JsonElement value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, Indented));

    /// <summary>A text in a table.</summary>
    public static string Safe(string? text) => (text ?? "").EscapeMarkup();

    /// <summary>An instant in a table.</summary>
    public static string At(DateTimeOffset? at) => at is { } instant ? $"{instant.UtcDateTime:yyyy-MM-dd HH:mm:ss}" : "";
}
