using System.CommandLine;
using System.Text.Json;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;

namespace Orchestrator.Cli.Decisions;

/// <summary><c>orchestrator decisions</c>.</summary>
static class DecisionsCommand
{
    static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Create(ConnectionOptions connections) => new("decisions", "Look at what was decided about transactions, and why. Through the HTTP API.")
    {
        Show(connections),
    };

    static Command Show(ConnectionOptions connections)
    {
        Argument<Guid> id = new("ID") { Description = "The transaction's id" };
        Option<bool> trace = new("--trace") { Description = "Only what explains it, and let the rules and model of that time decide again from the stored numbers" };
        Option<bool> json = new("--json") { Description = "Print the answer as one line of JSON" };
        var command = new Command("show", "The decision about a transaction: reasons, rules, versions, features by name, and its labels") { id, trace, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new ApiCalls(connections.Api(parsed), TimeSpan.FromSeconds(30));
            var path = $"v1/decisions/{parsed.GetRequiredValue(id)}" + (parsed.GetValue(trace) ? "/explain?trace=true" : "");
            var decision = await api.GetAsync<JsonElement>(path, cancellationToken);
            if (parsed.GetValue(json))
                Terminal.Json(decision);
            else
                Console.Out.WriteLine(JsonSerializer.Serialize(decision, Indented));
            return 0;
        });
        return command;
    }
}
