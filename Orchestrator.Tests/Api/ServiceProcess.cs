using System.Diagnostics;
using System.Text.Json;
using Orchestrator.Cli.Connections;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Api;

/// <summary>The service as users run it: a process of its own, a real server on a port of its own.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    static readonly TimeSpan StartWithin = Eventually.Bound;
    static readonly TimeSpan StopWithin = Eventually.Bound;

    readonly Process _process;
    readonly Task<string> _output;
    readonly Task<string> _errors;

    ServiceProcess(Process process, string dataDirectory)
    {
        _process = process;
        DataDirectory = dataDirectory;
        _output = process.StandardOutput.ReadToEndAsync();
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Its .data.</summary>
    public string DataDirectory { get; }

    /// <summary>The file that tells tools where everything is.</summary>
    public string EndpointsFile => Path.Combine(DataDirectory, "endpoints.json");

    /// <summary>Where its API is.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1:5080");

    /// <summary>Where its Kafka is.</summary>
    public string Kafka { get; private set; } = "";

    /// <summary>A client of its API in the name of somebody who may do everything; the caller disposes it.</summary>
    public HttpClient CreateClient(string name = "tester") => CreateClient(name, [.. ApiAccess.AllRoles]);

    /// <summary>A client of its API in somebody's name; the caller disposes it.</summary>
    public HttpClient CreateClient(string name, params string[] roles) => new ApiAccess(Address, name) { Roles = roles }.CreateClient(TimeSpan.FromSeconds(100));

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <param name="name">Names its data directory; unique in a run.</param>
    /// <param name="settings">Configuration, as environment variables.</param>
    /// <param name="arguments">Its command line.</param>
    public static async Task<ServiceProcess> StartAsync(string name, IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        var service = await LaunchAsync(name, settings, ["--urls", "http://127.0.0.1:0", .. arguments]);
        await Eventually.HoldsAsync("the service listens", () => service._process.HasExited || File.Exists(service.EndpointsFile), StartWithin);
        if (service._process.HasExited)
            throw new InvalidOperationException($"The service ended with {service._process.ExitCode}: {await service._errors}{await service._output}");
        using (var endpoints = JsonDocument.Parse(await File.ReadAllBytesAsync(service.EndpointsFile)))
        {
            service.Address = new Uri(endpoints.RootElement.GetProperty("api").GetString()!);
            service.Kafka = endpoints.RootElement.GetProperty("kafka").GetString()!;
        }
        using var client = new HttpClient { BaseAddress = service.Address };
        await Eventually.HoldsAsync(
            "the service is ready", async () => (await client.GetAsync("/health/ready")).IsSuccessStatusCode, StartWithin);
        return service;
    }

    /// <summary>Starts it and waits until it ends by itself.</summary>
    /// <returns>Its exit code and what it wrote to standard error.</returns>
    public static async Task<(int ExitCode, string Errors)> RunToEndAsync(
        string name, IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        await using var service = await LaunchAsync(name, settings, arguments);
        using var bound = new CancellationTokenSource(StartWithin);
        await service._process.WaitForExitAsync(bound.Token);
        return (service._process.ExitCode, await service._errors);
    }

    /// <summary>Asks it to stop, as Ctrl-C does, and waits until it has.</summary>
    public async Task<int> StopAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
            await kill.WaitForExitAsync();
        using var bound = new CancellationTokenSource(StopWithin);
        await _process.WaitForExitAsync(bound.Token);
        return _process.ExitCode;
    }

    /// <summary>All that it has written; to be read when it has ended.</summary>
    public async Task<string> OutputAsync() => await _output + await _errors;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
        ScratchDirectory.Delete(Path.GetDirectoryName(DataDirectory)!);
    }

    static async Task<ServiceProcess> LaunchAsync(string name, IReadOnlyDictionary<string, string> settings, string[] arguments)
    {
        var directory = await ScratchDirectory.CreateAsync(name);
        var assembly = Path.Combine(AppContext.BaseDirectory, "Orchestrator.Api.dll");
        var start = new ProcessStartInfo("dotnet", [assembly, "--contentRoot", AppContext.BaseDirectory, .. arguments])
        {
            UseShellExecute = false,
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_ENVIRONMENT"] = "Development";
        foreach (var (key, value) in settings)
            start.Environment[key] = value;
        return new ServiceProcess(Process.Start(start)!, Path.Combine(directory, ".data"));
    }
}
