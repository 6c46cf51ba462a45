using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Orchestrator.Cli.Output;

/// <summary>Results go to standard output, all else (progress, notes, errors) to standard error, so that pipes get results only.</summary>
static class Terminal
{
    static readonly JsonSerializerOptions OneLine = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public static IAnsiConsole Error { get; } = To(Console.Error, Console.IsErrorRedirected);

    public static IAnsiConsole Out { get; } = To(Console.Out, Console.IsOutputRedirected);

    // What reads a pipe or a file wants whole lines; only a screen has an edge to wrap at.
    const int RedirectedWidth = 400;

    static IAnsiConsole To(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        if (redirected)
            console.Profile.Width = RedirectedWidth;
        return console;
    }

    public static void Note(string text) => Error.MarkupLine($"[grey]{text.EscapeMarkup()}[/]");

    public static void Warn(string text) => Error.MarkupLine($"[yellow]{text.EscapeMarkup()}[/]");

    /// <summary>Writes one line of JSON, camelCase, to standard output.</summary>
    public static void Json<T>(T value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, OneLine));
}
