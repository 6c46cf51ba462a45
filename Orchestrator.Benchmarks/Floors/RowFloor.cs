using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Benchmarks.Processes;
using Orchestrator.Benchmarks.Running;
using Orchestrator.Benchmarks.Scenarios;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging;
using Orchestrator.Messaging.Configuration;
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
    /// <param name="modules">Registers the flow's lane groups.</param>
    /// <param name="schema">Creates tables beyond the product's own; empty for none.</param>
    /// <param name="setUp">Messages that come before those that count.</param>
    /// <param name="submissions">The messages that count, one a transaction.</param>
    /// <param name="answered">What comes of one without any row of the database, beside what its lanes make of it; null for nothing.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>Transactions a second.</returns>
    public static async Task<double> MeasureAsync(
        BenchServers servers, Action<HostApplicationBuilder> modules, string schema,
        IEnumerable<OutgoingMessage> setUp, IReadOnlyList<OutgoingMessage> submissions, Func<OutgoingMessage, OutgoingMessage>? answered,
        CancellationToken stop)
    {
        Progress.Write($"floor: recording the rows of {submissions.Count:N0} transactions");
        await using var source = await EmptyAsync(servers, "bench_recorded", schema, stop);
        await using var target = await EmptyAsync(servers, "bench_floor", schema, stop);
        using var host = Engine(modules, source);
        await host.StartAsync(stop);
        var groups = host.Services.GetServices<LaneGroup>().ToList();
        var recorder = new EngineRecorder(groups, host.Services.GetRequiredService<MessageCatalog>(), source, CommonSettings.Partitions);
        await recorder.OpenAsync(stop);
        await recorder.RunAsync(setUp, stop);
        var before = recorder.Units.Count;
        await recorder.RunAsync(submissions.SelectMany(s => answered is null ? [s] : new[] { s, answered(s) }), stop);
        await host.StopAsync(stop);

        await EngineRecorder.CreateLanesAsync(groups, target, CommonSettings.Partitions, stop);
        await PlayAsync(target, recorder.Units[..before], stop);
        await servers.ExecuteAsync("checkpoint", stop);
        Progress.Write("floor: writing them with PostgreSQL alone");
        var began = Stopwatch.GetTimestamp();
        await PlayAsync(target, recorder.Units[before..], stop);
        return submissions.Count / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    // The modules with what they need of messaging, but nothing that reads from Kafka.
    static IHost Engine(Action<HostApplicationBuilder> modules, NpgsqlDataSource database)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        modules(builder);
        builder.Services.AddSingleton(database);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(sp => new MessageCatalog(ContractCatalog.All.Concat(sp.GetServices<MessageContract>())));
        return builder.Build();
    }

    // A lane's units stay in order; lanes of one partition share a connection.
    static Task PlayAsync(NpgsqlDataSource database, IReadOnlyList<UnitCommit> units, CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, Connections).Select(connection => Task.Run(
            async () =>
            {
                foreach (var unit in units.Where(u => u.Grant.Lane.Partition % Connections == connection))
                    await unit.ExecuteAsync(database, stop);
            },
            stop)));

    static async Task<NpgsqlDataSource> EmptyAsync(BenchServers servers, string name, string schema, CancellationToken stop)
    {
        await servers.ExecuteAsync($"create database {name}", stop);
        await Migrations.ApplyAsync(servers.ConnectionStringTo(name), cancellationToken: stop);
        var database = NpgsqlDataSource.Create(Databases.LaneConnection(servers.ConnectionStringTo(name), pool: 8));
        if (schema.Length > 0)
        {
            await using var create = database.CreateCommand(schema);
            await create.ExecuteNonQueryAsync(stop);
        }
        return database;
    }
}
