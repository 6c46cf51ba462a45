using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Api.Hosting;
using Orchestrator.Messaging.Embedded;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Api;

public sealed class HostTests(TestInfrastructure infrastructure)
{
    [Theory]
    [InlineData(null, HostRoles.All)]
    [InlineData("http", HostRoles.Http)]
    [InlineData(" Ledger , sagas ", HostRoles.Ledger | HostRoles.Sagas)]
    [InlineData("decisioning,sagas,ledger,casework,activity,http", HostRoles.All)]
    public void Roles_when_named_are_those(string? text, HostRoles expected) => Assert.Equal(expected, HostRolesParser.Parse(text));

    [Fact]
    public void Roles_when_a_name_is_unknown_are_refused() => Assert.Throws<HostRefusedException>(() => HostRolesParser.Parse("http,leger"));

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    [InlineData("http://[::]:0")]
    public async Task Guard_when_others_could_reach_an_address_refuses_it(string url)
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls", url]);
        builder.Logging.ClearProviders();
        LoopbackGuard.Apply(builder, hasAuthority: false);
        await using var app = builder.Build();

        await Assert.ThrowsAsync<HostRefusedException>(() => app.StartAsync());
    }

    [Fact]
    public async Task Host_when_others_could_reach_it_does_not_start()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();

        var (exitCode, errors) = await ServiceProcess.RunToEndAsync("remote", Settings(database), "--urls", "http://0.0.0.0:0");

        Assert.Equal(1, exitCode);
        Assert.Contains("no issuer says who may do what", errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Host_when_an_option_is_out_of_range_does_say_which()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();

        var (exitCode, errors) = await ServiceProcess.RunToEndAsync("options", Settings(database), "--urls", "http://127.0.0.1:0", "--Decisioning:SnapshotSeconds=0");

        Assert.Equal(1, exitCode);
        Assert.Contains("SnapshotSeconds", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_when_the_ledger_meets_a_violated_invariant_is_not_ready_and_says_which()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();
        await using var service = await ServiceProcess.StartAsync("halted", Settings(database));
        using var client = service.CreateClient();
        await PostAsync(client, "/v1/accounts", """{ "accountId": "halted", "customerId": "c", "currency": "EUR", "initialBalanceMinor": 100 }""");
        await Eventually.HoldsAsync("it is open", async () => await CountAsync(database, "ledger.account where account_id = 'halted' and version = 2") == 1);
        await using (var source = NpgsqlDataSource.Create(database.ConnectionString))
        await using (var tampering = source.CreateCommand("update ledger.account set version = 9 where account_id = 'halted'"))
            await tampering.ExecuteNonQueryAsync();

        await PostAsync(client, "/v1/accounts/halted/debits", """{ "amountMinor": 5, "currency": "EUR", "commandId": "018f4e2a-4000-7000-8000-000000000001" }""");

        await Eventually.HoldsAsync("it says so", async () =>
        {
            var health = await client.GetAsync("/health/ready");
            return health.StatusCode == HttpStatusCode.ServiceUnavailable
                && (await health.Content.ReadAsStringAsync()).Contains("invariant_violated: account_version", StringComparison.Ordinal);
        });
        Assert.Equal(0, await CountAsync(database, "messaging.parked"));

        static async Task PostAsync(HttpClient client, string path, string body)
        {
            using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
            Assert.Equal(HttpStatusCode.Accepted, (await client.PostAsync(path, content)).StatusCode);
        }
    }

    [Fact]
    public async Task Host_when_it_runs_does_tell_tools_where_and_when_it_stops_takes_that_back()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();
        await using var service = await ServiceProcess.StartAsync("endpoints", Settings(database), "--roles", "http");

        using (var endpoints = JsonDocument.Parse(await File.ReadAllBytesAsync(service.EndpointsFile)))
            Assert.Equal(["kafka", "postgres", "api"], endpoints.RootElement.EnumerateObject().Select(p => p.Name));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(service.EndpointsFile));
        Assert.Equal(0, await CountAsync(database, "pg_namespace where nspname = 'hangfire'"));
        Assert.Equal(0, await service.StopAsync());
        Assert.False(File.Exists(service.EndpointsFile));
    }

    [Fact]
    public async Task Host_when_it_has_no_http_role_does_serve_health_alone()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();
        await using var service = await ServiceProcess.StartAsync("no-http", Settings(database), "--roles", "ledger");
        using var http = service.CreateClient();

        Assert.True((await http.GetAsync("/metrics")).IsSuccessStatusCode);
        Assert.Equal(404, (int)(await http.GetAsync("/v1/figures")).StatusCode);
        Assert.Contains("ledger owns 8 of 8", await http.GetStringAsync("/health/ready"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accepted_request_when_the_broker_is_lost_before_anybody_read_it_does_take_effect()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();
        await using (var first = await ServiceProcess.StartAsync("lost-1", Settings(database), "--roles", "http"))
        {
            using var http = first.CreateClient();
            await OpenAsync(http, "survivor");
            // The broker has it, and goes with its process; no lane has run.
            await Eventually.HoldsAsync("it is published", async () => await CountAsync(database, "messaging.edge_outbox") == 0);
            Assert.Equal("account_opening", (await Answer.OfAsync(await http.GetAsync("/v1/accounts/survivor"))).Problem);
            await first.StopAsync();
        }

        await using var second = await ServiceProcess.StartAsync("lost-2", Settings(database));
        using var api = second.CreateClient();
        await Eventually.HoldsAsync("the account is open", async () => (await api.GetAsync("/v1/accounts/survivor")).IsSuccessStatusCode);
        await second.StopAsync();
    }

    [Fact]
    public async Task Host_when_the_database_goes_away_does_say_so_stay_alive_and_recover()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();
        await using var service = await ServiceProcess.StartAsync("no-database", Settings(database));
        using var http = service.CreateClient();

        await AdmitAsync(database, admitted: false);
        await Eventually.HoldsAsync("requests are told to come again", async () =>
        {
            var answer = await Answer.OfAsync(await http.GetAsync("/v1/accounts/alice"));
            return answer.Problem == "unavailable" && answer.Header("Retry-After") == "1";
        });
        var ready = await Answer.OfAsync(await http.GetAsync("/health/ready"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.Status);
        Assert.Equal("unhealthy", ready.Json.GetProperty("checks").EnumerateArray().Single(c => c.GetProperty("name").GetString() == "database").GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/live")).StatusCode);

        await AdmitAsync(database, admitted: true);
        await Eventually.HoldsAsync("it is ready again", async () => (await http.GetAsync("/health/ready")).IsSuccessStatusCode);
        await OpenAsync(http, "after");
        await Eventually.HoldsAsync("lanes work again", async () => (await http.GetAsync("/v1/accounts/after")).IsSuccessStatusCode);
        Assert.Equal(0, await service.StopAsync());
    }

    [Fact]
    public async Task Figures_when_lanes_run_elsewhere_do_show_their_lag()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();
        await using var kafka = await infrastructure.StartKafkaAsync();
        Assert.SkipWhen(kafka.Embedded is null, "topics have other names on a shared cluster");
        var settings = Settings(database);
        settings["ORCHESTRATOR_KAFKA"] = kafka.BootstrapServers;
        await kafka.CreateTopicsAsync(8, [.. EmbeddedBrokerOptions.DefaultTopics]);
        await using var front = await ServiceProcess.StartAsync("front", settings, "--roles", "http");
        using var http = front.CreateClient();
        await using (var ledger = await ServiceProcess.StartAsync("ledger", settings, "--roles", "ledger"))
        {
            await OpenAsync(http, "elsewhere");
            await Eventually.HoldsAsync("the other process has opened it", async () => (await http.GetAsync("/v1/accounts/elsewhere")).IsSuccessStatusCode);
            await ledger.StopAsync();
        }

        foreach (var id in Enumerable.Range(0, 20).Select(i => $"waiting-{i}"))
            await OpenAsync(http, id);
        await Eventually.HoldsAsync("the lag shows", async () =>
            (await Answer.OfAsync(await http.GetAsync("/v1/figures"))).Json.GetProperty("lag").GetProperty("groups").TryGetProperty("ledger", out var lag) && lag.GetInt64() > 0);
        await front.StopAsync();
    }

    [Fact]
    public async Task Host_when_other_processes_own_every_lane_is_ready_and_takes_over_when_they_stop()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();
        await using var kafka = await infrastructure.StartKafkaAsync();
        Assert.SkipWhen(kafka.Embedded is null, "topics have other names on a shared cluster");
        var settings = Settings(database);
        settings["ORCHESTRATOR_KAFKA"] = kafka.BootstrapServers;
        settings["Messaging__Partitions"] = "1";
        await kafka.CreateTopicsAsync(1, [.. EmbeddedBrokerOptions.DefaultTopics]);
        await using var owner = await ServiceProcess.StartAsync("owner", settings, "--roles", "ledger,http");
        await using var spare = await ServiceProcess.StartAsync("spare", settings, "--roles", "ledger,http");
        using var http = spare.CreateClient();

        Assert.Contains("ledger owns 0 of 1, 1 elsewhere", (await Answer.OfAsync(await http.GetAsync("/health/ready"))).Text, StringComparison.Ordinal);

        await owner.StopAsync();
        await Eventually.HoldsAsync("the spare one owns the lane", async () =>
            (await Answer.OfAsync(await http.GetAsync("/health/ready"))).Text.Contains("ledger owns 1 of 1;", StringComparison.Ordinal));
        await OpenAsync(http, "taken-over");
        await Eventually.HoldsAsync("its lane works", async () => (await http.GetAsync("/v1/accounts/taken-over")).IsSuccessStatusCode);
        Assert.Equal(0, await spare.StopAsync());
    }

    static async Task OpenAsync(HttpClient http, string id)
    {
        using var body = new StringContent($$"""{ "accountId": "{{id}}", "customerId": "c", "currency": "EUR" }""", null, "application/json");
        Assert.Equal(HttpStatusCode.Accepted, (await http.PostAsync("/v1/accounts", body)).StatusCode);
    }

    // The server lives on for the other tests; this one's database lets nobody in.
    static async Task AdmitAsync(TestDatabase database, bool admitted)
    {
        var beside = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Database = "postgres", Pooling = false };
        await using var connection = new NpgsqlConnection(beside.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            $"alter database {database.Name} allow_connections {admitted}; select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database.Name}'", connection);
        await command.ExecuteNonQueryAsync();
    }

    static async Task<long> CountAsync(TestDatabase database, string table)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"select count(*) from {table}", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    static Dictionary<string, string> Settings(TestDatabase database) =>
        new(StringComparer.Ordinal) { ["ORCHESTRATOR_POSTGRES"] = database.ConnectionString };
}
