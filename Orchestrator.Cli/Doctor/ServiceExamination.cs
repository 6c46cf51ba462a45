using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Figures;
using Orchestrator.Messaging.Doctor;

namespace Orchestrator.Cli.Doctor;

/// <summary>Looks at a running service, by what it says over HTTP.</summary>
static class ServiceExamination
{
    const long MuchLag = 10_000;
    static readonly TimeSpan Bound = TimeSpan.FromSeconds(8);

    public static Examination All(ApiAccess access) => new("service", "service_health", cancellationToken => LookAsync(access, cancellationToken));

    static async Task<IReadOnlyList<Finding>> LookAsync(ApiAccess access, CancellationToken cancellationToken)
    {
        using var http = access.CreateClient(Bound);
        try
        {
            using var answer = await http.GetAsync("health/ready", cancellationToken);
            if (answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable) || await answer.Content.ReadFromJsonAsync<Health>(cancellationToken) is not { } health)
                return [Finding.Problem("service_health", $"{access.Address} answers {(int)answer.StatusCode}, and is no service of ours", "Check --api.")];
            return [.. health.Checks.Select(Judge), await FiguresAsync(http, cancellationToken)];
        }
        catch (Exception e) when (e is HttpRequestException or System.Text.Json.JsonException)
        {
            return [Finding.Warning("service_health", $"nobody answers at {access.Address}: {e.Message}", "Start the service, or say where it is with --api.")];
        }
    }

    internal static Finding Judge(HealthOf check) => check.Status switch
    {
        "healthy" => Finding.Ok($"service_{check.Name}", check.Detail ?? "healthy"),
        "degraded" => Finding.Warning($"service_{check.Name}", check.Detail ?? "degraded", "It works, but not fully: the text says where."),
        _ => Finding.Problem($"service_{check.Name}", check.Detail ?? "unhealthy", "The process takes no part until that is mended; its log says more."),
    };

    static async Task<Finding> FiguresAsync(HttpClient http, CancellationToken cancellationToken)
    {
        using var answer = await http.GetAsync("v1/figures", cancellationToken);
        return answer.StatusCode == HttpStatusCode.OK && await answer.Content.ReadFromJsonAsync<ServiceFigures>(cancellationToken) is { } figures
            ? Judge(figures)
            : Finding.Warning("service_lag", $"figures are not told: {(int)answer.StatusCode}", "Give a token that may read figures, by --token or ORCHESTRATOR_TOKEN.");
    }

    internal static Finding Judge(ServiceFigures figures)
    {
        var what = string.Create(CultureInfo.InvariantCulture, $"{figures.Lag?.Total ?? 0:N0} messages are not read yet, {figures.Parked:N0} are parked");
        return figures.Parked > 0 ? Finding.Warning("service_lag", what, "See 'orchestrator parked groups': later messages of the same keys wait behind them.")
            : figures.Lag?.Total > MuchLag ? Finding.Warning("service_lag", what, "Look whether it shrinks; more processes, or lanes, take more at once.")
            : Finding.Ok("service_lag", what);
    }

    /// <summary>What a service says of its health.</summary>
    internal sealed record Health(string Status, IReadOnlyList<HealthOf> Checks);

    /// <summary>One check.</summary>
    internal sealed record HealthOf(string Name, string Status, string? Detail);
}
