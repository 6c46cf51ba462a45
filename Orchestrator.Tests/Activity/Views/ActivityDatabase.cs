using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Orchestrator.Activity.Figures;
using Orchestrator.Activity.Store;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Activity.Views;

/// <summary>A database for the tests of a class. Each test has lanes, visitors and days of its own.</summary>
public sealed class ActivityDatabase(TestInfrastructure infrastructure) : IAsyncLifetime
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    TestDatabase? _database;
    NpgsqlDataSource? _source;

    public string ConnectionString => _database!.ConnectionString;

    internal NpgsqlDataSource Source => _source!;

    public async ValueTask InitializeAsync()
    {
        _database = await infrastructure.CreateMigratedDatabaseAsync();
        _source = NpgsqlDataSource.Create(_database.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await _database!.DisposeAsync();
    }

    /// <summary>A store as a process of its own has it.</summary>
    internal ProcessStore Process(FakeTimeProvider? time = null, NpgsqlDataSource? source = null) => new(source ?? Source, time ?? new FakeTimeProvider(Noon));

    internal async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}

/// <summary>One process: what its lanes hand over, and when it is stored.</summary>
sealed class ProcessStore : IDisposable
{
    readonly ServiceProvider _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();

    readonly TimeProvider _time;

    public ProcessStore(NpgsqlDataSource source, TimeProvider time)
    {
        _time = time;
        Telemetry = new FigureStoreTelemetry(_meters.GetRequiredService<IMeterFactory>());
        Store = new FigureStore(source, Telemetry, time, NullLogger<FigureStore>.Instance);
    }

    /// <summary>The clock, where it is the test's.</summary>
    public FakeTimeProvider Time => (FakeTimeProvider)_time;

    public FigureStoreTelemetry Telemetry { get; }

    public FigureStore Store { get; }

    /// <summary>Opens a lane and claims it.</summary>
    public async Task<long> OpenAsync(int lane)
    {
        var opening = Store.Open(lane);
        Assert.False(Store.TryTake(lane, opening, 0, () => throw new InvalidOperationException("nothing is taken before the lane is claimed")));
        await Store.StoreFiguresAsync(CancellationToken.None);
        return opening;
    }

    /// <summary>Hands over, and has all of it stored.</summary>
    public async Task StoreAsync(long opening, LaneDelta delta)
    {
        Assert.True(Store.TryTake(delta.Lane, opening, delta.Position, () => delta));
        await StoreAsync();
    }

    /// <summary>Has all of it stored.</summary>
    public async Task StoreAsync()
    {
        while (await Store.StoreFiguresAsync(CancellationToken.None) is not null)
        {
        }
        while (await Store.StoreSessionsAsync(CancellationToken.None) > 0)
        {
        }
    }

    public void Dispose()
    {
        Telemetry.Dispose();
        _meters.Dispose();
    }
}

/// <summary>Hand-overs.</summary>
static class Deltas
{
    public static LiveLane Quiet { get; } = new(null, 0, [], 0, [], [], [], [], [], default, 0);

    public static LaneDelta Of(int lane, long position, DateTimeOffset? at = null) =>
        new(lane, position, at ?? ActivityDatabase.Noon, Quiet, [], [], [], [], [], [], [], []);

    public static MinuteRow Minute(DateTimeOffset minute, long events) => new(minute, events, events, 0, 0, 0, 1, 1);

    public static BreakdownRow Page(DateTimeOffset hour, string key, long views) => new(hour, BreakdownKind.Page, key, views, 1, 1, 1);

    public static SessionRow Session(int number, string visitor, DateTimeOffset start, int events = 1, bool final = false, string? customer = null) => new(
        IdOf(number), visitor, customer, start, start.AddMinutes(events - 1), final, events, events, 0, "/in", "/out", "(direct)", "desktop");

    public static Guid IdOf(int number) => new($"018f4e2b-2000-7000-8000-{number:D12}");
}
