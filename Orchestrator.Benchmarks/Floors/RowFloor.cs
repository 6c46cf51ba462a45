using System.Diagnostics;
using Npgsql;
using Orchestrator.Benchmarks.Processes;
using Orchestrator.Benchmarks.Running;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Schema;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Benchmarks.Floors;

/// <summary>
/// How fast PostgreSQL alone takes the rows of a flow: the very units of work that the flow commits, recorded, then played into an empty
/// database from several connections, with no broker, no messages and nothing to decide.
/// </summary>
static class RowFloor
{
    /// <summary>As many as the machine has processors, at least two: more were no faster.</summary>
    public static int Connections { get; } = Math.Max(2, Environment.ProcessorCount);

    /// <param name="servers">Where.</param>
    /// <param name="engine">The flow's lane groups and messages.</param>
    /// <param name="setUp">Messages that come before those that count.</param>
    /// <param name="submissions">The messages that count, one a transaction.</param>
    /// <param name="partitions">How many lanes each group has.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>Transactions a second.</returns>
    public static async Task<double> MeasureAsync(
        BenchServers servers, Func<NpgsqlDataSource, (IReadOnlyList<LaneGroup> Groups, MessageCatalog Catalog)> engine,
        IEnumerable<OutgoingMessage> setUp, IReadOnlyList<OutgoingMessage> submissions, int partitions, CancellationToken stop)
    {
        Progress.Write($"floor: recording the rows of {submissions.Count:N0} transactions");
        await using var source = await EmptyAsync(servers, "bench_recorded", stop);
        await using var target = await EmptyAsync(servers, "bench_floor", stop);
        var (groups, catalog) = engine(source);
        var recorder = new EngineRecorder(groups, catalog, source, partitions);
        await recorder.OpenAsync(stop);
        foreach (var message in setUp)
            recorder.Publish(message);
        await recorder.RunAsync(stop);
        var before = recorder.Units.Count;
        foreach (var message in submissions)
            recorder.Publish(message);
        await recorder.RunAsync(stop);

        await EngineRecorder.CreateLanesAsync(groups, target, partitions, stop);
        await PlayAsync(target, recorder.Units[..before], stop);
        await servers.ExecuteAsync("checkpoint", stop);
        Progress.Write("floor: writing them with PostgreSQL alone");
        var began = Stopwatch.GetTimestamp();
        await PlayAsync(target, recorder.Units[before..], stop);
        return submissions.Count / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    // A lane's units stay in order; lanes of one partition share a connection.
    static Task PlayAsync(NpgsqlDataSource database, IReadOnlyList<RecordedUnit> units, CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, Connections).Select(connection => Task.Run(
            async () =>
            {
                foreach (var unit in units.Where(u => u.Partition % Connections == connection))
                    await unit.Commit.ExecuteAsync(database, stop);
            },
            stop)));

    static async Task<NpgsqlDataSource> EmptyAsync(BenchServers servers, string name, CancellationToken stop)
    {
        await servers.ExecuteAsync($"create database {name}", stop);
        await Migrations.ApplyAsync(servers.ConnectionStringTo(name), cancellationToken: stop);
        // As MessagingModule connects.
        return NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(servers.ConnectionStringTo(name)) { MaxAutoPrepare = 200, AutoPrepareMinUsages = 2 });
    }
}
