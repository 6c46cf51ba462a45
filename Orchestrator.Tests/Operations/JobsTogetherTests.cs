using System.Globalization;
using System.Text.Json;
using Npgsql;
using Orchestrator.Api.Submissions;
using Orchestrator.Tests.Api;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Operations;

/// <summary>Two services on one database: what a job does, it does once.</summary>
public sealed class JobsTogetherTests(TestInfrastructure infrastructure)
{
    const int Stuck = 7;

    [Fact]
    public async Task Watchdog_when_two_processes_run_it_again_and_again_raises_one_alert_for_each_transaction_a_day()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await StoreStuckAsync(source);
        await using var first = await ServiceProcess.StartAsync("jobs-one", Settings(database.ConnectionString, kafka: null));
        await using var second = await ServiceProcess.StartAsync("jobs-two", Settings(database.ConnectionString, first.Kafka));
        using var clients = new Clients(first.CreateClient("olga"), second.CreateClient("olga"));

        for (var i = 0; i < 6; i++)
            await clients.RunAsync(i, i % 3 == 2 ? "stuck-transactions-sweep" : "stuck-transactions");
        await Eventually.HoldsAsync(
            "all runs are done", async () => await CountAsync(source, "select count(*) from jobs.run where asked_by is not null") >= 2
                && await CountAsync(source, "select count(*) from hangfire.job where statename in ('Enqueued', 'Processing', 'Scheduled')") == 0,
            TimeSpan.FromSeconds(60));
        await Eventually.HoldsAsync("casework has them", async () => await CountAsync(source, "select count(*) from casework.alert where kind = 'transaction_stuck'") == Stuck);

        Assert.Equal(Stuck, await CountAsync(source, "select count(*) from jobs.raised"));
        Assert.Equal(Stuck, await CountAsync(source, "select sum(substring(result from 'raised ([0-9]+)')::int) from jobs.run where job_id like 'stuck%'"));
        Assert.Equal(0, await CountAsync(source, "select count(*) from jobs.run where error is not null"));
        var today = TimeProvider.System.GetUtcNow().UtcDateTime;
        var ids = new[] { today.AddDays(-1), today }.SelectMany(day => Enumerable.Range(1, Stuck).Select(n => DerivedId.Of("stuck_transaction", string.Create(CultureInfo.InvariantCulture, $"{IdOf(n)} {day:yyyy-MM-dd}"))));
        await using var command = source.CreateCommand("select count(*) from casework.alert where alert_id = any($1)");
        command.Parameters.Add(new() { Value = ids.ToArray() });
        Assert.Equal((long)Stuck, await command.ExecuteScalarAsync());
        await first.StopAsync();
    }

    // As a lane would have left them whose timers are lost: no timer will ever come.
    static async Task StoreStuckAsync(NpgsqlDataSource source)
    {
        for (var number = 1; number <= Stuck; number++)
        {
            await using var command = source.CreateCommand(
                """
                insert into sagas.transaction (transaction_id, version, state, source_account_id, destination_account_id, amount_minor, currency, kind, cancel_requested, submitted_at,
                    step_at, repeats, deadline_at, updated_at, timeline)
                values ($1, 1, 'Posting', 'desk-stuck', 'desk-away', 100, 'EUR', 'Transfer', false, now() - interval '2 hours', now() - interval '2 hours', 0,
                    now() - interval '1 hour', now() - interval '2 hours', '[]')
                """);
            command.Parameters.Add(new() { Value = IdOf(number) });
            await command.ExecuteNonQueryAsync();
        }
        // Some of them people see anyway: what both find is one alert.
        await using var attention = source.CreateCommand(
            """
            insert into sagas.attention (transaction_id, state, stuck, since, deadline_at, amount_minor, repeats, account_id)
            select transaction_id, state, true, now() - interval '2 hours', deadline_at, amount_minor, 5, source_account_id from sagas.transaction order by transaction_id limit 3
            """);
        await attention.ExecuteNonQueryAsync();
    }

    static Guid IdOf(int number) => new($"018f4e2a-1a00-7000-8001-{number:x12}");

    static async Task<long> CountAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    static Dictionary<string, string> Settings(string connectionString, string? kafka)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["ORCHESTRATOR_POSTGRES"] = connectionString, ["Jobs__PollSeconds"] = "1" };
        if (kafka is not null)
            settings["ORCHESTRATOR_KAFKA"] = kafka;
        return settings;
    }

    sealed class Clients(params HttpClient[] clients) : IDisposable
    {
        public async Task RunAsync(int number, string job)
        {
            var answer = await Answer.OfAsync(await clients[number % clients.Length].PostAsync($"/v1/jobs/{job}/run", content: null));
            Assert.Equal(JsonValueKind.String, answer.Json.GetProperty("askedBy").ValueKind);
        }

        public void Dispose()
        {
            foreach (var client in clients)
                client.Dispose();
        }
    }
}
