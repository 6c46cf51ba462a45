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

    public static IAnsiConsole Error { get; } =
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    public static IAnsiConsole Out => AnsiConsole.Console;

    public static void Note(string text) => Error.MarkupLine($"[grey]{text.EscapeMarkup()}[/]");

    public static void Warn(string text) => Error.MarkupLine($"[yellow]{text.EscapeMarkup()}[/]");

    /// <summary>Writes one line of JSON, camelCase, to standard output.</summary>
    public static void Json<T>(T value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, OneLine));
}
