using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Health;
using Orchestrator.Cli;
using Orchestrator.Cli.Output;

namespace Orchestrator.Tests.Deploy;

/// <summary><c>orchestrator health</c>, as the container image asks it, against what the service answers with.</summary>
public sealed class HealthCommandTests
{
    [Fact]
    public async Task Health_when_the_service_can_work_is_zero_and_when_it_cannot_is_not()
    {
        var result = HealthCheckResult.Healthy("answers");
        await using var app = Build(services => services.AddHealthChecks().AddCheck("database", () => result));
        app.MapOrchestratorHealth();
        await app.StartAsync();

        Assert.Equal(0, await RunAsync(app, "health"));
        result = HealthCheckResult.Degraded("slowly");
        Assert.Equal(0, await RunAsync(app, "health --json"));
        result = HealthCheckResult.Unhealthy("does not answer");
        Assert.Equal(1, await RunAsync(app, "health"));
        // The process answers nevertheless.
        Assert.Equal(0, await RunAsync(app, "health --live"));
    }

    [Fact]
    public async Task Health_when_nobody_or_somebody_else_answers_says_so()
    {
        await using var app = Build(_ => { });
        app.MapFallback(() => Results.Text("hello"));
        await app.StartAsync();

        Assert.StartsWith("not_a_service", (await Assert.ThrowsAsync<CommandException>(() => RunAsync(app, "health"))).Message, StringComparison.Ordinal);
        var address = Address(app);
        await app.StopAsync();
        var refused = await Assert.ThrowsAsync<CommandException>(() => RunAsync(address, "health --timeout 2"));
        Assert.StartsWith("service_unreachable", refused.Message, StringComparison.Ordinal);
        Assert.StartsWith("bad_option", (await Assert.ThrowsAsync<CommandException>(() => RunAsync(address, "health --timeout 0"))).Message, StringComparison.Ordinal);
    }

    static WebApplication Build(Action<IServiceCollection> add)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddHealthChecks();
        builder.Services.AddRateLimiter(_ => { });
        builder.Services.AddAuthorization();
        add(builder.Services);
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        return app;
    }

    static Task<int> RunAsync(WebApplication app, string line) => RunAsync(Address(app), line);

    static Task<int> RunAsync(string address, string line) =>
        OrchestratorCommand.Create(TimeProvider.System).Parse($"{line} --api {address}").InvokeAsync(new() { EnableDefaultExceptionHandler = false });

    static string Address(WebApplication app) => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
}
