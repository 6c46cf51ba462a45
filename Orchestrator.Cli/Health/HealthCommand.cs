using System.CommandLine;
using System.Text.Json;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;
using Spectre.Console;

namespace Orchestrator.Cli.Health;

/// <summary><c>orchestrator health</c>: the question that a container's health check asks, where there is no shell and no curl to ask it with.</summary>
static class HealthCommand
{
    // More than this no answer of a service has.
    const int MostBytes = 64 << 10;

    static readonly Option<bool> Live = new("--live") { Description = "Ask only whether the process answers, not whether it can work" };
    static readonly Option<double> Seconds = new("--timeout") { Description = "How long it may take, in seconds", DefaultValueFactory = _ => 5 };
    static readonly Option<bool> Json = new("--json") { Description = "Print the answer as one line of JSON" };

    public static Command Create(ConnectionOptions connections)
    {
        var command = new Command("health", "Ask a service whether it can work, and print each of its checks. Exit code 1 when it cannot, or does not answer. Needs no token.")
        {
            Live, Seconds, Json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, connections, cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(ParseResult parsed, ConnectionOptions connections, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(Seconds) is not (> 0 and <= 600) and var seconds)
            throw new CommandException("bad_option", $"--timeout: above 0 and at most 600 seconds, not {seconds}");
        var address = new Uri(connections.Api(parsed).Address, parsed.GetValue(Live) ? "health/live" : "health/ready");
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(parsed.GetValue(Seconds)), MaxResponseContentBufferSize = MostBytes };
        try
        {
            using var answer = await client.GetAsync(address, cancellationToken);
            var health = JsonSerializer.Deserialize<Answer>(await answer.Content.ReadAsStringAsync(cancellationToken), JsonSerializerOptions.Web)
                ?? throw new JsonException("nothing");
            Print(health, parsed.GetValue(Json));
            return answer.IsSuccessStatusCode ? 0 : CommandException.ExitCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new CommandException("service_unreachable", $"{address} does not answer: {e.Message}", e);
        }
        catch (JsonException e)
        {
            throw new CommandException("not_a_service", $"{address} answers, but not as this service does", e);
        }
    }

    static void Print(Answer health, bool json)
    {
        if (json)
        {
            Terminal.Json(health);
            return;
        }
        Terminal.Out.MarkupLine($"{Colored(health.Status)}");
        foreach (var check in health.Checks)
            Terminal.Out.MarkupLine($"  {check.Name.EscapeMarkup()} {Colored(check.Status)} {(check.Detail ?? "").EscapeMarkup()}");
    }

    static string Colored(string status) => status switch
    {
        "healthy" => "[green]healthy[/]",
        "degraded" => "[yellow]degraded[/]",
        _ => $"[red]{status.EscapeMarkup()}[/]",
    };

    sealed record Answer(string Status, IReadOnlyList<Check> Checks);

    sealed record Check(string Name, string Status, string? Detail, double DurationMs);
}
