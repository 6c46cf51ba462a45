using System.Diagnostics;
using System.Text.Json;
using Orchestrator.Api.Hosting;
using Orchestrator.Benchmarks.Handbook;
using Orchestrator.Benchmarks.Running;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;

namespace Orchestrator.Benchmarks.Processes;

/// <summary>The product itself: its own entry point, with all its roles or those that a scenario is about, in this process.</summary>
sealed class TransfersService : IChild
{
    public const string Role = "transfers-service";
    public const string DecidingRole = "deciding-service";
    public const string ActivityRole = "activity-service";

    /// <summary>The name under which <see cref="Ready"/> has the address of the HTTP API.</summary>
    public const string Api = "api";

    static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(60);

    readonly Task<int> _host;
    readonly DirectoryInfo _directory;

    TransfersService(Task<int> host, DirectoryInfo directory)
    {
        _host = host;
        _directory = directory;
    }

    public required IReadOnlyDictionary<string, string> Ready { get; init; }

    public static Task<IChild> StartAsync() => StartAsync(Directory.CreateTempSubdirectory("orchestrator-bench-"), []);

    /// <summary>Decisioning and HTTP, with a model of 200 trees that was grown a moment ago and what <see cref="BareEndpoint"/> adds.</summary>
    public static async Task<IChild> StartDecidingAsync()
    {
        var directory = Directory.CreateTempSubdirectory("orchestrator-bench-");
        var model = Path.Combine(directory.FullName, "model.json");
        await File.WriteAllBytesAsync(model, TreeModelFormat.Write(DecisionWork.Model(FeaturePlan.Standard)));
        Environment.SetEnvironmentVariable("ASPNETCORE_HOSTINGSTARTUPASSEMBLIES", typeof(BareEndpoint).Assembly.GetName().Name);
        return await StartAsync(directory, ["--roles", "decisioning,http", $"--{ModelsOptions.Section}:{nameof(ModelsOptions.File)}", model]);
    }

    /// <summary>What follows visitors, and HTTP; a key may send as fast as it can.</summary>
    public static Task<IChild> StartActivityAsync() => StartAsync(
        Directory.CreateTempSubdirectory("orchestrator-bench-"), ["--roles", "activity,http", "--Activity:Ingest:RequestsPerSecond", "1000000"]);

    static async Task<IChild> StartAsync(DirectoryInfo directory, string[] more)
    {
        string[] arguments =
        [
            "--environment", "Development",
            // A few people stand for many.
            "--Api:Limits:PeoplePerSecond", "100000", "--Api:Limits:PeopleBurst", "100000",
            "--urls", "http://127.0.0.1:0",
            "--Api:DataDirectory", directory.FullName,
            "--Logging:LogLevel:Default", "Warning",
            "--Logging:Console:LogToStandardErrorThreshold", "Trace",
            .. more,
        ];
        var entry = typeof(HostStart).Assembly.EntryPoint!;
        var host = Task.Factory.StartNew(() => (int)entry.Invoke(null, [arguments])!, TaskCreationOptions.LongRunning);
        var endpoints = Path.Combine(directory.FullName, "endpoints.json");
        // The host writes this file when it has started.
        await Waiting.UntilAsync(
            () => Task.FromResult(host.IsCompleted || File.Exists(endpoints)),
            StartWithin, "the service has not started", CancellationToken.None);
        if (host.IsCompleted)
            throw new BenchFailedException("the service did not start");
        using var addresses = JsonDocument.Parse(await File.ReadAllBytesAsync(endpoints));
        return new TransfersService(host, directory)
        {
            Ready = new Dictionary<string, string>(StringComparer.Ordinal) { [Api] = addresses.RootElement.GetProperty("api").GetString()! },
        };
    }

    public async ValueTask DisposeAsync()
    {
        // As an operator stops it.
        using (var kill = Process.Start("kill", ["-TERM", $"{Environment.ProcessId}"]))
            await kill.WaitForExitAsync();
        await _host;
        _directory.Delete(recursive: true);
    }
}
