using Npgsql;
using Orchestrator.Benchmarks.Running;
using Orchestrator.Messaging.Configuration;

namespace Orchestrator.Benchmarks.Processes;

/// <summary>Broker and PostgreSQL of one run.</summary>
sealed class BenchServers : IAsyncDisposable
{
    readonly ChildProcess _child;

    BenchServers(ChildProcess child)
    {
        _child = child;
        var address = new NpgsqlConnectionStringBuilder(child.Ready[InfrastructureChild.Postgres]) { MaxPoolSize = 60, IncludeErrorDetail = true };
        Database = NpgsqlDataSource.Create(address);
        Kafka = new KafkaOptions { Client = { ["bootstrap.servers"] = child.Ready[InfrastructureChild.Kafka] } };
    }

    /// <summary>The database that the service uses.</summary>
    public NpgsqlDataSource Database { get; }

    public KafkaOptions Kafka { get; }

    public string ConnectionString => _child.Ready[InfrastructureChild.Postgres];

    public static async Task<BenchServers> StartAsync(IEnumerable<string> topics, int partitions, RunContext context)
    {
        Progress.Write("starting broker and PostgreSQL");
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [InfrastructureChild.Topics] = string.Join(',', topics),
            [InfrastructureChild.Partitions] = $"{partitions}",
            [InfrastructureChild.Statements] = context.Arguments.Statements ? "yes" : "",
        };
        return new BenchServers(await ChildProcess.StartAsync(InfrastructureChild.Role, environment, context.Stop));
    }

    /// <summary>Starts the service on these servers.</summary>
    public Task<ChildProcess> StartServiceAsync(string role, CancellationToken stop)
    {
        Progress.Write("starting the service");
        return ChildProcess.StartAsync(
            role,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["ORCHESTRATOR_KAFKA"] = Kafka.Client["bootstrap.servers"],
                ["ORCHESTRATOR_POSTGRES"] = ConnectionString,
            },
            stop);
    }

    /// <summary>How to reach another database of the same server.</summary>
    public string ConnectionStringTo(string database) =>
        new NpgsqlConnectionStringBuilder(ConnectionString) { Database = database, IncludeErrorDetail = true }.ConnectionString;

    public async Task ExecuteAsync(string sql, CancellationToken stop)
    {
        await using var command = Database.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(stop);
    }

    public async Task<T> ScalarAsync<T>(string sql, CancellationToken stop)
    {
        await using var command = Database.CreateCommand(sql);
        command.CommandTimeout = 0;
        return (T)(await command.ExecuteScalarAsync(stop))!;
    }

    /// <summary>With --statements: begins to count anew.</summary>
    public async Task ResetStatementsAsync(RunContext context)
    {
        if (!context.Arguments.Statements)
            return;
        await ExecuteAsync("create extension if not exists pg_stat_statements", context.Stop);
        await ExecuteAsync("select pg_stat_statements_reset()", context.Stop);
    }

    /// <summary>With --statements: what PostgreSQL spent its time on.</summary>
    public async Task PrintStatementsAsync(RunContext context)
    {
        if (!context.Arguments.Statements)
            return;
        await using var command = Database.CreateCommand("""
            select calls, total_exec_time::bigint, total_plan_time::bigint, rows, wal_bytes::bigint, regexp_replace(query, '\s+', ' ', 'g')
            from pg_stat_statements order by total_exec_time + total_plan_time desc limit 20
            """);
        await using var rows = await command.ExecuteReaderAsync(context.Stop);
        while (await rows.ReadAsync(context.Stop))
        {
            var query = rows.GetString(5);
            Progress.Write(
                $"{rows.GetInt64(0),9:N0} calls {rows.GetInt64(1),7:N0} ms (+{rows.GetInt64(2):N0} planning) {rows.GetInt64(3),10:N0} rows " +
                $"{rows.GetInt64(4) >> 10,9:N0} KiB of log  {query[..Math.Min(query.Length, 110)]}");
        }
    }

    /// <summary>With --statements: what PostgreSQL's backends were seen doing, until stopped.</summary>
    public async Task<string> SampleWaitsAsync(CancellationToken stop)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var samples = 0;
        while (!stop.IsCancellationRequested)
        {
            await using var command = Database.CreateCommand("""
                select state || ' ' || coalesce(wait_event_type || '/' || wait_event, 'running') || ' ' || left(regexp_replace(query, '\s+', ' ', 'g'), 50)
                from pg_stat_activity
                where backend_type = 'client backend' and pid <> pg_backend_pid() and state <> 'idle'
                """);
            await using (var rows = await command.ExecuteReaderAsync(CancellationToken.None))
            {
                while (await rows.ReadAsync(CancellationToken.None))
                    seen[rows.GetString(0)] = seen.GetValueOrDefault(rows.GetString(0)) + 1;
            }
            samples++;
            await Task.Delay(20, CancellationToken.None);
        }
        return $"backends, on average of {samples} looks:\n" +
            string.Join('\n', seen.OrderByDescending(s => s.Value).Take(20).Select(s => $"    {(double)s.Value / samples,6:N3}  {s.Key}"));
    }

    /// <summary>What everything has cost so far.</summary>
    public async Task<CostSample> CostAsync(ChildProcess service, CancellationToken stop) => new(
        Generator: ProcessCost.OfProcess(Environment.ProcessId),
        Service: ProcessCost.OfProcess(service.Id),
        Broker: ProcessCost.OfProcess(_child.Id),
        Postgres: ProcessCost.OfPostgres(_child.Ready[InfrastructureChild.PostgresDirectory]) ?? 0,
        WalBytes: (double)await ScalarAsync<decimal>("select pg_current_wal_lsn() - '0/0'::pg_lsn", stop),
        ServiceFigures: await service.FiguresAsync(stop),
        Commits: await ScalarAsync<long>("select xact_commit from pg_stat_database where datname = current_database()", stop));

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await _child.DisposeAsync();
    }
}
