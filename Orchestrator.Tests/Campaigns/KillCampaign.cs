using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Campaigns;

/// <summary>
/// Two services under load of which one is killed, or one time in four stopped, at random points, and another takes its place. All that is random follows from the seed;
/// what the operating system makes of it does not.
/// </summary>
sealed class KillCampaign
{
    const int LinesOfLog = 40;

    readonly List<LoggedProcess> _services = [];
    readonly string _directory;
    int _started;

    KillCampaign(int seed, string directory)
    {
        Seed = seed;
        Chance = new Random(seed);
        _directory = directory;
    }

    /// <summary>What all that is random follows from.</summary>
    public int Seed { get; }

    /// <summary>Who is killed, when and how.</summary>
    public Random Chance { get; }

    /// <summary>What the services print.</summary>
    public ProcessLog Log { get; } = new();

    /// <summary>Runs one, and fails with all there is to know when something does not come out right.</summary>
    /// <param name="name">Names its directory.</param>
    /// <param name="run">What is done and looked at while services run.</param>
    public static async Task RunAsync(string name, Func<KillCampaign, Task> run)
    {
        var seed = Campaign.Seed();
        var campaign = new KillCampaign(seed, await ScratchDirectory.CreateAsync($"{name}-{seed}"));
        try
        {
            await run(campaign);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new InvalidOperationException($"Again with ORCHESTRATOR_TEST_SEED={seed}. {e.Message}\n{campaign.Log.Tail(LinesOfLog)}", e);
        }
        finally
        {
            foreach (var service in campaign._services)
                await service.DisposeAsync();
        }
    }

    /// <summary>Starts two services and the load, and kills so many times. The last two still run when it returns.</summary>
    /// <param name="kills">How many times.</param>
    /// <param name="leastMs">How long it lets one live at least, in milliseconds.</param>
    /// <param name="mostMs">Before so many one ends.</param>
    /// <param name="start">Starts one.</param>
    /// <param name="load">What comes meanwhile, until it is enough.</param>
    /// <param name="whenReady">Whether one lives so long after it has said that it is ready; else it may be killed on its way there.</param>
    /// <param name="gone">Hears of one that is no more.</param>
    /// <returns>What the load says in the end.</returns>
    public async Task<T> KillAsync<T>(
        int kills, int leastMs, int mostMs, Func<Task<LoggedProcess>> start, Func<CancellationToken, Task<T>> load, bool whenReady = true, Action<LoggedProcess>? gone = null)
    {
        _services.Add(await start());
        _services.Add(await start());
        using var enough = new CancellationTokenSource();
        var loading = Task.Run(() => load(enough.Token));
        try
        {
            for (var kill = 0; kill < kills; kill++)
            {
                var victim = _services[Chance.Next(_services.Count)];
                if (whenReady)
                    await Eventually.HoldsAsync($"{victim.Name} is ready", () => victim.IsReady || victim.HasEnded);
                await Task.Delay(Chance.Next(leastMs, mostMs));
                await EndAsync(victim);
                gone?.Invoke(victim);
                _services.Add(await start());
            }
        }
        finally
        {
            await enough.CancelAsync();
        }
        return await loading;
    }

    /// <summary>Starts the product's service in one of its roles.</summary>
    public LoggedProcess StartService(IReadOnlyDictionary<string, string> settings, string role)
    {
        var own = System.IO.Directory.CreateDirectory(Path.Combine(_directory, $"{++_started}")).FullName;
        return LoggedProcess.Start(
            $"service {_started}", "Orchestrator.Api.dll",
            new Dictionary<string, string>(settings, StringComparer.Ordinal) { ["Logging__LogLevel__Microsoft"] = "Warning", ["DOTNET_TieredPGO"] = "0", ["DOTNET_gcServer"] = "0" },
            Log, own, "--contentRoot", AppContext.BaseDirectory, "--urls", "http://127.0.0.1:0", "--roles", role);
    }

    /// <summary>Starts this program as a service of its own.</summary>
    public LoggedProcess StartProgram(string name, IReadOnlyDictionary<string, string> environment) =>
        LoggedProcess.Start(name, "Orchestrator.Tests.dll", environment, Log, _directory);

    /// <summary>Tells what there was, for whoever reads the test's output.</summary>
    public void Tell(string what) => TestContext.Current.TestOutputHelper?.WriteLine($"seed {Seed}: {what}");

    async Task EndAsync(LoggedProcess victim)
    {
        _services.Remove(victim);
        if (Chance.Next(4) == 0)
            await victim.StopAsync();
        else
            await victim.KillAsync();
        await victim.DisposeAsync();
    }
}
