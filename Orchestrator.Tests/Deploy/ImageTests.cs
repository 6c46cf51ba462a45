using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Embedded;
using Orchestrator.Tests.Approved;
using Orchestrator.Tests.Campaigns;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Deploy;

/// <summary>What goes into the image, run as the image runs it: by a user who is nobody, from a directory in which nobody may write.</summary>
[Collection(CampaignCollection.Name)]
public sealed class ImageTests(TestInfrastructure infrastructure)
{
    const long MostBytes = 100 << 20;
    const string User = "1654";

    static readonly TimeSpan PublishWithin = TimeSpan.FromMinutes(10);

    [Fact]
    [Trait("Category", "Long")]
    public async Task Image_when_it_is_published_is_small_and_runs_for_a_user_who_may_do_nothing()
    {
        var directory = await ScratchDirectory.CreateAsync("image");
        var (programs, temporary) = (Path.Combine(directory, "app"), Path.Combine(directory, "tmp"));
        var platform = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";
        await RunAsync("dotnet", ["publish", "Orchestrator.Api", "-c", "Release", "-r", platform, "-p:ForImage=true", "-o", programs, "-v", "quiet", "-nodeReuse:false", "-p:RunAnalyzers=false"]);

        var natives = Directory.GetFiles(programs, "*.so*").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal);
        Assert.Equal(["centos8-librdkafka.so", "libonnxruntime.so", "libonnxruntime_providers_shared.so"], natives);
        var size = new DirectoryInfo(programs).GetFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);
        Assert.True(size < MostBytes, $"{size >> 20} MB");

        Directory.CreateDirectory(temporary);
        await RunAsync("chmod", ["-R", "a-w,a+rX", programs]);
        await RunAsync("chmod", ["0777", temporary]);
        await using var database = await infrastructure.CreateDatabaseAsync();
        await using var kafka = TestInfrastructure.StartEmbeddedKafka(new EmbeddedBrokerOptions { Topics = [] });
        var address = $"http://127.0.0.1:{FreePort()}";
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ORCHESTRATOR_POSTGRES"] = database.ConnectionString, ["ORCHESTRATOR_KAFKA"] = kafka.BootstrapServers, ["DOTNET_ENVIRONMENT"] = "Development",
            ["ASPNETCORE_URLS"] = address, ["Api__DataDirectory"] = Path.Combine(temporary, "orchestrator"), ["TMPDIR"] = temporary, ["Messaging__Partitions"] = $"{Topics.DefaultPartitions}",
            ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")),
        };
        Assert.Equal(0, await RunAsNobodyAsync(programs, settings, "orchestrator", "migrate", "--expand"));
        settings["Api__Migrate"] = "false";
        using var service = StartAsNobody(programs, settings, "Orchestrator.Api");
        try
        {
            await Eventually.HoldsAsync("it is ready", async () => service.HasExited || await RunAsNobodyAsync(programs, settings, "orchestrator", "health", "--api", address) == 0);
            Assert.False(service.HasExited, "it ended by itself");
        }
        finally
        {
            await RunAsync("kill", ["-TERM", $"{service.Id}"]);
            await service.WaitForExitAsync();
        }
        Assert.Equal(0, service.ExitCode);
        await RunAsync("chmod", ["-R", "u+w", programs]);
        ScratchDirectory.Delete(directory);
    }

    static async Task<int> RunAsNobodyAsync(string programs, Dictionary<string, string> settings, string program, params string[] arguments)
    {
        using var process = StartAsNobody(programs, settings, program, arguments);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    // Only root can become somebody else; whoever else runs the tests is nobody already.
    static Process StartAsNobody(string programs, Dictionary<string, string> settings, string program, params string[] arguments)
    {
        var path = Path.Combine(programs, program);
        var start = Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("setpriv", [$"--reuid={User}", $"--regid={User}", "--clear-groups", "--no-new-privs", "--bounding-set=-all", "--", path, .. arguments])
            : new ProcessStartInfo(path, arguments);
        start.WorkingDirectory = programs;
        foreach (var (key, value) in settings)
            start.Environment[key] = value;
        return Process.Start(start)!;
    }

    static async Task RunAsync(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = ApprovedText.Root })!;
        using var bound = new CancellationTokenSource(PublishWithin);
        await process.WaitForExitAsync(bound.Token);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }

    static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
