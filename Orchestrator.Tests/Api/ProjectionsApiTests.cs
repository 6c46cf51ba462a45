using System.Net;
using System.Text.Json;
using Npgsql;
using Orchestrator.Cli;
using Orchestrator.Cli.Output;
using Orchestrator.Ledger.Projections.Balances;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Api;

[Collection(ApiCollection.Name)]
public sealed class ProjectionsApiTests(ApiFixture api)
{
    [Fact]
    public async Task Projections_when_listed_do_say_what_is_served_and_how_far_it_is()
    {
        await api.OpenAsync("seen-by-projections", 10);
        var active = await ActiveAsync(0);

        Assert.Equal("active", active.GetProperty("state").GetString());
        Assert.Equal(new BalancesProjection().Version, active.GetProperty("version").GetInt32());
        Assert.True(active.GetProperty("eventsTotal").GetInt64() >= 2);
        Assert.Equal(8, active.GetProperty("lagByPartition").GetArrayLength());
        await Eventually.HoldsAsync("all is folded", async () => (await ActiveAsync(0)).GetProperty("progress").GetDouble() == 1);
    }

    [Fact]
    public async Task Rebuild_and_check_when_asked_for_do_what_the_command_line_says()
    {
        await api.OpenAsync("rebuilt", 10);
        var before = (await ActiveAsync(0)).GetProperty("generation").GetInt32();

        Assert.Equal(0, await RunAsync("ledger", "rebuild", "--projection", "balances", "--from", "topic", "--json"));
        Assert.True((await ActiveAsync(before + 1)).GetProperty("generation").GetInt32() > before);
        Assert.Equal(0, await RunAsync("ledger", "projections", "--json"));
        Assert.Equal(0, await RunAsync("ledger", "check", "--projection", "balances"));
        var schema = await api.ScalarAsync<string>("select 'ledger_balances_' || generation from ledger.projection where name = 'balances' and state = 'active'");
        await Eventually.HoldsAsync("a row is changed", async () => await api.ScalarAsync<string?>(
            $"update {schema}.day set posted_minor = posted_minor + 1 where account_id = 'rebuilt' returning account_id") is not null);
        Assert.Equal(1, await RunAsync("ledger", "check", "--projection", "balances"));
        var found = (await api.PostAsync("/v1/projections/balances/check", body: null)).Json;
        Assert.False(found.GetProperty("agrees").GetBoolean());
        Assert.Equal(("day", "missing"), (found.GetProperty("difference").GetProperty("table").GetString(), found.GetProperty("difference").GetProperty("kind").GetString()));
        // Building it anew mends it.
        Assert.Equal(0, await RunAsync("ledger", "rebuild", "--projection", "balances"));
        Assert.Equal(0, await RunAsync("ledger", "check", "--projection", "balances", "--json"));
        Assert.Equal("refused_404", (await Assert.ThrowsAsync<CommandException>(() => RunAsync("ledger", "check", "--projection", "nothing"))).Code);
    }

    [Fact]
    public async Task Rebuild_when_one_runs_or_there_is_nothing_to_build_is_refused()
    {
        await ActiveAsync(0);
        Assert.Equal("projection_not_found", (await api.PostAsync("/v1/projections/nothing/rebuild", body: null)).Problem);
        Assert.Equal("projection_not_found", (await api.PostAsync("/v1/projections/nothing/check", body: null)).Problem);
        Assert.Equal(["unknown_source from"], (await api.PostAsync("/v1/projections/balances/rebuild?from=memory", body: null)).Errors);

        // A request for code that no process has.
        await using var connection = new NpgsqlConnection(api.ConnectionString);
        await connection.OpenAsync();
        await using (var request = new NpgsqlCommand(
            "insert into ledger.projection (name, generation, version, state, source, requested_at) values ('stalled', 1, 2000000000, 'requested', 'store', now())", connection))
        {
            await request.ExecuteNonQueryAsync();
        }
        var refused = await api.PostAsync("/v1/projections/stalled/rebuild", body: null);
        Assert.Equal((HttpStatusCode.Conflict, "rebuild_running"), (refused.Status, refused.Problem));
        await using var delete = new NpgsqlCommand("delete from ledger.projection where name = 'stalled'", connection);
        await delete.ExecuteNonQueryAsync();
    }

    async Task<int> RunAsync(params string[] line) =>
        await OrchestratorCommand.Create(TimeProvider.System).Parse([.. line, "--api", $"{api.Http.BaseAddress}"]).InvokeAsync(
            new() { EnableDefaultExceptionHandler = false });

    async Task<JsonElement> ActiveAsync(int generation)
    {
        var active = default(JsonElement);
        await Eventually.HoldsAsync("balances are served", async () =>
        {
            var all = (await api.GetAsync("/v1/projections")).Json.EnumerateArray();
            return all.Any(p => p.GetProperty("name").GetString() == "balances" && p.TryGetProperty("active", out active) && active.GetProperty("generation").GetInt32() >= generation);
        });
        return active;
    }
}
