using System.Text;
using Confluent.Kafka;
using Orchestrator.Contracts;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Campaigns;

/// <summary>
/// Traffic against services that something is done to, and the question afterwards whether everything came out right. All that is random follows from
/// the seed; what the operating system makes of it does not.
/// </summary>
public sealed class Campaign : IAsyncDisposable
{
    const int Rate = 250;
    const int LinesOfLog = 60;
    const int EndedBySignal = 128 + 15;

    static readonly TimeSpan ProgressWithin = Eventually.Bound;
    static readonly TimeSpan CalmAtMost = TimeSpan.FromSeconds(60);
    static readonly TimeSpan SettledWithin = TimeSpan.FromSeconds(120);

    readonly int _seed;
    readonly ProcessLog _log;
    readonly CampaignLoad _load;
    readonly List<LoggedProcess> _services = [];
    readonly long _began = TimeProvider.System.GetTimestamp();
    TimeSpan _longestPause;
    TimeSpan _loaded;
    TimeSpan _settled;
    readonly string? _version;
    int _started;
    int _done;

    Campaign(int seed, CampaignServers servers, ProcessLog log, string? version)
    {
        _seed = seed;
        _version = version;
        Chance = new Random(seed);
        Servers = servers;
        _log = log;
        Observer = new CampaignObserver(servers.Kafka, CampaignServers.Lanes);
        _load = new CampaignLoad(servers.Kafka, Observer, seed, Rate);
    }

    /// <summary>What is random.</summary>
    public Random Chance { get; }

    /// <summary>Broker and database.</summary>
    public CampaignServers Servers { get; }

    /// <summary>What another party sees.</summary>
    public CampaignObserver Observer { get; private set; }

    /// <summary>What is published.</summary>
    public CampaignLoad Load => _load;

    /// <summary>The services that run, the oldest first.</summary>
    public IReadOnlyList<LoggedProcess> Services => _services;

    /// <summary>Runs a campaign, and fails with all there is to know when something did not come out right.</summary>
    /// <param name="name">Names it in directories and texts.</param>
    /// <param name="seed">What it follows from.</param>
    /// <param name="disturb">What is done to the services while the load runs.</param>
    /// <param name="version">Where the first service's version is built, which then brings the database to its own; this version when null.</param>
    public static async Task RunAsync(string name, int seed, Func<Campaign, Task> disturb, string? version = null)
    {
        var log = new ProcessLog();
        await using var servers = await CampaignServers.StartAsync($"{name}-{seed}", log, migrated: version is null);
        await using var campaign = new Campaign(seed, servers, log, version);
        IReadOnlyList<string> breaches;
        try
        {
            await campaign.BeginAsync();
            await disturb(campaign);
            breaches = await campaign.FinishAsync();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException(campaign.Report($"Campaign {name} did not get to its end.", [e.Message, await campaign.StandAsync()]), e);
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}, seed {seed}: {campaign.Summary()}");
        if (breaches.Count > 0)
            Assert.Fail(campaign.Report($"Campaign {name} has broken what must hold.", breaches));
    }

    /// <summary>A seed: ORCHESTRATOR_TEST_SEED, or one that nobody has chosen.</summary>
    public static int Seed() => Environment.GetEnvironmentVariable("ORCHESTRATOR_TEST_SEED") is { Length: > 0 } given
        ? int.Parse(given)
        : (int)(TimeProvider.System.GetUtcNow().Ticks & int.MaxValue);

    /// <summary>From now on another party reads every topic from its beginning, and believes all but what it is told not to.</summary>
    public async Task ObserveAnewAsync(Func<ConsumeResult<byte[], byte[]>, bool> passesOver)
    {
        var former = Observer;
        Observer = new CampaignObserver(Servers.Kafka, CampaignServers.Lanes, passesOver);
        _load.Follow(Observer);
        await former.DisposeAsync();
    }

    /// <summary>Starts one more service; it is on its way when this returns.</summary>
    /// <param name="version">Where its version is built; this version when null.</param>
    public LoggedProcess StartService(string? version = null)
    {
        var from = version ?? AppContext.BaseDirectory;
        var service = LoggedProcess.Start(
            $"service {++_started}", Path.Combine(from, "Orchestrator.Api.dll"), Servers.ServiceSettings(), _log, WorkingDirectory(_started),
            "--contentRoot", from, "--urls", "http://127.0.0.1:0");
        _services.Add(service);
        return service;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync(LoggedProcess service)
    {
        Done($"killing {service.Name}");
        await service.KillAsync();
        _services.Remove(service);
        await service.DisposeAsync();
    }

    /// <summary>Ctrl-C.</summary>
    public async Task StopAsync(LoggedProcess service)
    {
        Done($"stopping {service.Name}");
        var wasReady = service.IsReady;
        var exitCode = await service.StopAsync();
        _services.Remove(service);
        await service.DisposeAsync();
        if (exitCode != 0 && (wasReady || exitCode != EndedBySignal))
            throw new InvalidOperationException($"{service.Name} was asked to stop and ended with {exitCode?.ToString() ?? "a kill, after its time"}.");
    }

    /// <summary>Counts what is done to the services, and marks it in the log.</summary>
    public void Done(string what)
    {
        _done++;
        _log.Add("campaign", $"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {what}; {Observer.Ended} of {_load.Submitted.Count} have ended");
    }

    /// <summary>Waits until transactions end again.</summary>
    public async Task ProgressAsync()
    {
        var before = Observer.Ended;
        var since = TimeProvider.System.GetTimestamp();
        await Eventually.HoldsAsync("transactions end again", () => Observer.Ended > before || Dead() is not null, ProgressWithin);
        if (Dead() is { } dead)
            throw new InvalidOperationException($"{dead.Name} ended by itself.");
        var pause = TimeProvider.System.GetElapsedTime(since);
        if (pause > _longestPause)
            _longestPause = pause;
    }

    /// <summary>Waits until a service is ready.</summary>
    public static Task ReadyAsync(LoggedProcess service) =>
        Eventually.HoldsAsync($"{service.Name} is ready", () => service.IsReady || service.HasEnded, ProgressWithin);

    /// <summary>The random point: lets things run for a while.</summary>
    public Task RandomWhileAsync(int leastMs, int mostMs) => Task.Delay(TimeSpan.FromMilliseconds(Chance.Next(leastMs, mostMs + 1)));

    LoggedProcess? Dead() => _services.Find(s => s.HasEnded);

    async Task BeginAsync()
    {
        StartService(_version);
        await _load.OpenAccountsAsync();
        await Eventually.HoldsAsync("accounts are open", async () =>
            Dead() is not null || await CountAsync("select count(*) from ledger.account where kind = 0") >= CampaignTraffic.Accounts.Count, ProgressWithin);
        _load.Start();
        await ProgressAsync();
    }

    async Task<IReadOnlyList<string>> FinishAsync()
    {
        await CalmAsync();
        await _load.StopAsync();
        _loaded = TimeProvider.System.GetElapsedTime(_began);
        List<string> breaches = [];
        try
        {
            await Eventually.HoldsAsync("everything settles", async () => await UnsettledAsync() is null, SettledWithin);
        }
        catch (TimeoutException)
        {
            breaches.Add($"after {SettledWithin.TotalSeconds:0} s: {await UnsettledAsync()}");
        }
        _settled = TimeProvider.System.GetElapsedTime(_began);
        foreach (var service in _services.ToList())
            await StopAsync(service);
        breaches.AddRange(await new CampaignChecks(Servers, _load, Observer).RunAsync());
        return breaches;
    }

    // A slow machine is so far behind while services come and go that people are always too late: undisturbed the load goes on until all ways to end were seen.
    async Task CalmAsync()
    {
        try
        {
            await Eventually.HoldsAsync("every way to end is seen", () => !CampaignCourses.Unseen(_load, Observer).Any(), CalmAtMost);
        }
        catch (TimeoutException)
        {
            // The checks tell what was not seen, beside all else that they find.
        }
    }

    async Task<string?> UnsettledAsync()
    {
        if (Observer.Ended < _load.Submitted.Count)
            return $"{_load.Submitted.Count - Observer.Ended} of {_load.Submitted.Count} transactions have no announced end";
        if (Observer.Answered < _load.Asked.Count)
            return $"{_load.Asked.Count - Observer.Answered} of {_load.Asked.Count} transfers have no answer";
        // Nothing is waited for by then that has a way to go: reviews and authorisations have run out.
        if (await CountAsync("select coalesce(sum(count), 0)::bigint from sagas.tally where state not in ('Completed', 'Declined', 'Compensated', 'Voided', 'Reversed')") is not 0 and var moving)
            return $"{moving} transactions are on their way";
        var decided = await CountAsync("select count(*) from sagas.operation where kind <> 'cancellation'");
        if (decided != _load.Requests.Count)
            return $"{decided} of {_load.Requests.Count} requests decided";
        if (await CountAsync("select count(*) from messaging.outbox") is not 0 and var outbox)
            return $"{outbox} rows in the outbox";
        if (await CountAsync("select count(*) from casework.alert") is var alerts && alerts != Observer.Messages(Topics.Alerts))
            return $"{alerts} of {Observer.Messages(Topics.Alerts)} alerts stored";
        if (await CountAsync("select (select count(*) from casework.event where number is null) + (select count(*) from messaging.edge_outbox)") is not 0 and var untold)
            return $"{untold} events of cases are not told yet";
        if (Observer.Messages(Topics.Decisions) < _load.Submitted.Count)
            return $"{Observer.Messages(Topics.Decisions)} of {_load.Submitted.Count} transactions assessed";
        var stored = await CountAsync("select count(*) from decisioning.decision");
        if (stored != _load.Submitted.Count)
            return $"{stored} of {_load.Submitted.Count} decisions stored";
        var events = await CountAsync("select count(*) from ledger.event");
        if (events != Observer.LedgerEvents)
            return $"{Observer.LedgerEvents} of {events} ledger events announced";
        var folded = await CampaignProjections.FoldedAsync(Servers);
        return folded != events ? $"{folded} of {events} ledger events folded" : null;
    }

    async Task<long?> CountAsync(string sql) => (await Servers.TryQueryAsync(sql))?[0][0] as long?;

    string Summary()
    {
        var ends = Observer.Ends.Values.GroupBy(e => $"{e.State} {e.Reason}".TrimEnd(), StringComparer.Ordinal).OrderByDescending(g => g.Count()).Select(g => $"{g.Count()} {g.Key}");
        return $"{_done} disturbances in {TimeProvider.System.GetElapsedTime(_began).TotalSeconds:0} s; {_load.Submitted.Count} transactions ({string.Join(", ", ends)}); " +
            $"{_load.Asked.Count} transfers and reversals, {Observer.Transfers.Count(t => t.Value is null)} posted; " +
            $"{_load.Requests.Count} requests of people; " +
            $"{_load.Duplicates} messages published twice, {Observer.Duplicates} seen twice; longest wait for progress {_longestPause.TotalSeconds:0.0} s; loaded for {_loaded.TotalSeconds:0} s, settled after {_settled.TotalSeconds:0} s";
    }

    // Tells who stands still: the load, the broker, the observer or the service.
    async Task<string> StandAsync()
    {
        var seen = string.Join(", ", Topics.All.Select(topic => $"{topic} {Observer.Messages(topic)}"));
        var taken = await Servers.TryQueryAsync("select g.name, (select count(*) from messaging.inbox i where i.group_id = g.group_id) from messaging.lane_group g order by 1");
        return $"the broker has acknowledged {_load.Acknowledged} messages of the load; the observer has read {seen}; the groups have taken " +
            $"{(taken is null ? "nobody knows how many: the database does not answer" : string.Join(", ", taken.Select(t => $"{t[0]} {t[1]}")))}; " +
            $"{await CountAsync("select count(*) from messaging.outbox")} units wait in the outbox";
    }

    string Report(string headline, IEnumerable<string> breaches)
    {
        var text = new StringBuilder(headline).Append($" Again with ORCHESTRATOR_TEST_SEED={_seed}.\n").Append(Summary()).Append('\n');
        foreach (var breach in breaches)
            text.Append("- ").Append(breach).Append('\n');
        return text.Append("The end of the log:\n").Append(_log.Tail(LinesOfLog)).ToString();
    }

    string WorkingDirectory(int number) => System.IO.Directory.CreateDirectory(Path.Combine(Servers.Directory, $"service-{number}")).FullName;

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services)
            await service.DisposeAsync();
        await _load.DisposeAsync();
        await Observer.DisposeAsync();
    }
}
