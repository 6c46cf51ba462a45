using Confluent.Kafka;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Schema;
using Orchestrator.Messaging.Streams;

namespace Orchestrator.Api.Health;

/// <summary>The database answers.</summary>
sealed class DatabaseCheck(NpgsqlDataSource database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var command = database.CreateCommand("select 1");
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy("answers");
        }
        catch (NpgsqlException e)
        {
            return HealthCheckResult.Unhealthy($"does not answer: {e.GetType().Name}", e);
        }
    }
}

/// <summary>The database has every migration of this version.</summary>
sealed class MigrationsCheck(NpgsqlDataSource database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var pending = await Migrations.PendingAsync(database, cancellationToken);
            return pending.Count == 0 ? HealthCheckResult.Healthy("all applied") : HealthCheckResult.Unhealthy($"lacks {string.Join(", ", pending)}");
        }
        catch (NpgsqlException e)
        {
            return HealthCheckResult.Unhealthy("cannot be looked up: the database does not answer", e);
        }
    }
}

/// <summary>
/// A broker answers. Each look opens a connection of its own, so an answer serves for a few seconds and one look runs at a time,
/// however many ask.
/// </summary>
sealed class KafkaCheck(ClusterFacts facts, TimeProvider time) : IHealthCheck, IDisposable
{
    static readonly TimeSpan Fresh = TimeSpan.FromSeconds(3);
    static readonly TimeSpan Bound = TimeSpan.FromSeconds(3);

    readonly SemaphoreSlim _one = new(1);
    HealthCheckResult _last;
    long? _at;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_at is null || time.GetElapsedTime(_at.Value) > Fresh)
            {
                _last = await Task.Run(Look, cancellationToken);
                _at = time.GetTimestamp();
            }
            return _last;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    HealthCheckResult Look()
    {
        try
        {
            return HealthCheckResult.Healthy($"cluster {facts.ClusterId(Bound)}");
        }
        catch (KafkaException e)
        {
            return HealthCheckResult.Unhealthy($"no broker answers: {e.Error.Code}", e);
        }
    }
}

/// <summary>
/// Every group of this process owns lanes, or has nothing to own because other processes run them all; and none waits for an operator. Groups in the
/// background can make it worse than healthy, but not unready.
/// </summary>
sealed class LanesCheck(LaneHost lanes, StreamHost streams) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<GroupStatus> groups = [.. lanes.Status(), .. streams.Status()];
        var detail = groups.Count == 0
            ? "this process runs none"
            : string.Join("; ", groups.Select(g => $"{g.Group} owns {g.LanesOwned} of {g.Lanes}{(g.LanesElsewhere > 0 ? $", {g.LanesElsewhere} elsewhere" : "")}{(g.LanesHalted > 0 ? $", {g.LanesHalted} halted" : "")}{(g.LastError is { } error ? $", {error}" : "")}"));
        if (groups.Any(g => !g.IsBackground && !Works(g)))
            return Task.FromResult(HealthCheckResult.Unhealthy(detail));
        return Task.FromResult(groups.Any(g => g.LastError is not null || !Works(g)) ? HealthCheckResult.Degraded(detail) : HealthCheckResult.Healthy(detail));
    }

    static bool Works(GroupStatus group) => HasItsPlace(group) && group.LanesHalted == 0;

    static bool HasItsPlace(GroupStatus group) => group.LanesOwned > 0 || group.LanesElsewhere >= group.Lanes;
}
