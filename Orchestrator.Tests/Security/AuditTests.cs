using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Security;
using Orchestrator.Api.Security.Audit;
using Orchestrator.Tests.Api;

namespace Orchestrator.Tests.Security;

/// <summary>What people read about accounts is recorded before they have it.</summary>
[Collection(ApiCollection.Name)]
public sealed class AuditTests(ApiFixture api)
{
    [Fact]
    public async Task Read_when_a_person_makes_it_is_recorded_and_one_by_a_service_is_not()
    {
        await api.OpenAsync("audit-1", 100);
        using var carol = api.As("audit-carol", Roles.CaseWorker);
        using var sam = api.As("audit-sam", Roles.Service);

        foreach (var client in new[] { carol, sam })
        {
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/v1/accounts/audit-1")).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/v1/accounts/audit-none/balance")).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/v1/alerts?account=audit-1")).StatusCode);
        }

        var reads = await ReadsAsync("actor=audit-carol");
        Assert.Equal(
            ["GET /v1/alerts audit-1 200", "GET /v1/accounts/{accountId}/balance audit-none 404", "GET /v1/accounts/{accountId} audit-1 200"],
            reads.Select(r => $"{Text(r, "operation")} {string.Join(',', r.GetProperty("accounts").EnumerateArray().Select(a => a.GetString()))} {r.GetProperty("status").GetInt32()}"));
        Assert.All(reads, r => Assert.Equal(("case_worker", "127.0.0.1"), (r.GetProperty("roles")[0].GetString(), Text(r, "address"))));
        Assert.Empty(await ReadsAsync("actor=audit-sam"));
        Assert.Equal(2, (await ReadsAsync("account=audit-1")).Count(r => Text(r, "actor") == "audit-carol"));
    }

    [Fact]
    public async Task Read_of_a_transaction_when_it_is_recorded_names_its_accounts()
    {
        await api.OpenAsync("audit-payer", 10_000);
        await api.OpenAsync("audit-payee", 0);
        var id = new Guid("018f4e2a-d000-7000-8000-000000000101");
        await api.PostAsync(
            "/v1/transactions",
            $$"""{ "transactionId": "{{id}}", "sourceAccountId": "audit-payer", "destinationAccountId": "audit-payee", "amountMinor": 100, "currency": "EUR", "kind": "transfer" }""");
        await api.EndedAsync(id);
        using var ann = api.As("audit-ann", Roles.Analyst);

        Assert.Equal(HttpStatusCode.OK, (await ann.GetAsync($"/v1/transactions/{id}")).StatusCode);

        var read = Assert.Single(await ReadsAsync("actor=audit-ann"));
        Assert.Equal(($"{id}", "audit-payer,audit-payee"), (Text(read, "subject"), string.Join(',', read.GetProperty("accounts").EnumerateArray().Select(a => a.GetString()))));
        Assert.Contains(await ReadsAsync("account=audit-payee"), r => Text(r, "actor") == "audit-ann");
    }

    [Fact]
    public async Task Reads_when_many_come_at_once_are_all_recorded_and_paged()
    {
        await api.OpenAsync("audit-2", 100);
        using var many = api.As("audit-many", Roles.Supervisor);

        var answers = await Task.WhenAll(Enumerable.Range(0, 120).Select(_ => many.GetAsync("/v1/accounts/audit-2")));

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        var first = (await api.GetAsync("/v1/audit/reads?actor=audit-many&limit=100")).Json;
        var second = (await api.GetAsync($"/v1/audit/reads?actor=audit-many&limit=100&after={first.GetProperty("next").GetString()}")).Json;
        Assert.Equal((100, 20), (first.GetProperty("items").GetArrayLength(), second.GetProperty("items").GetArrayLength()));
        Assert.Equal(120, first.GetProperty("items").EnumerateArray().Concat(second.GetProperty("items").EnumerateArray()).Select(r => Text(r, "accessId")).Distinct(StringComparer.Ordinal).Count());
        Assert.Empty(await ReadsAsync("actor=audit-many&to=2026-01-01"));
        Assert.Empty(await ReadsAsync("actor=audit-many&from=2199-01-01"));
    }

    [Fact]
    public async Task Read_when_it_cannot_be_recorded_is_not_answered()
    {
        await api.OpenAsync("audit-3", 100);
        using var carol = api.As("audit-away", Roles.CaseWorker);
        using var sam = api.As("audit-sam", Roles.Service);
        await ExecuteAsync("alter table audit.access add constraint away check (actor <> 'audit-away') not valid");
        try
        {
            var refused = await Answer.OfAsync(await carol.GetAsync("/v1/accounts/audit-3"));

            Assert.Equal((HttpStatusCode.ServiceUnavailable, "audit_unavailable", "1"), (refused.Status, refused.Problem, refused.Header("Retry-After")));
            Assert.DoesNotContain("audit-3", refused.Text.Replace("/v1/accounts/audit-3", "", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, (await sam.GetAsync("/v1/accounts/audit-3")).StatusCode);
        }
        finally
        {
            await ExecuteAsync("alter table audit.access drop constraint away");
        }
        Assert.Equal(HttpStatusCode.OK, (await carol.GetAsync("/v1/accounts/audit-3")).StatusCode);
    }

    [Fact]
    public async Task Record_when_somebody_would_change_it_stays_and_goes_when_it_has_been_kept_long_enough()
    {
        await ExecuteAsync(
            """
            insert into audit.access (access_id, at, actor, roles, operation, accounts, address, status)
            select gen_random_uuid(), now() - make_interval(days => age), 'audit-old', '{auditor}', 'GET /v1/accounts', '{}', '127.0.0.1', 200 from unnest(array[1, 29, 399, 401]) age
            """);

        foreach (var change in new[] { "update audit.access set actor = 'x'", "truncate audit.access", "delete from audit.access where actor = 'audit-old' and at > now() - interval '30 days'" })
            Assert.Equal(PostgresErrorCodes.RestrictViolation, (await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(change))).SqlState);
        await using var database = NpgsqlDataSource.Create(api.ConnectionString);
        await new AccessPruner(database, Options.Create(new ApiOptions()), TimeProvider.System, NullLogger<AccessPruner>.Instance).PruneAsync(default);

        Assert.Equal(3, (await ReadsAsync("actor=audit-old")).Count);
    }

    [Theory]
    [InlineData("limit=0", "out_of_range limit")]
    [InlineData("from=soon", "invalid_time from")]
    [InlineData("account=:x", "invalid_account_id account")]
    [InlineData("after=x", "invalid_cursor after")]
    public async Task Reads_when_they_are_asked_for_wrongly_are_refused_by_name(string query, string error) => Assert.Equal([error], (await api.GetAsync($"/v1/audit/reads?{query}")).Errors);

    async Task<List<JsonElement>> ReadsAsync(string query)
    {
        using var audrey = api.As("audrey", Roles.Auditor);
        return [.. (await Answer.OfAsync(await audrey.GetAsync($"/v1/audit/reads?{query}"))).Json.GetProperty("items").EnumerateArray()];
    }

    async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(api.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    static string? Text(JsonElement record, string field) => record.TryGetProperty(field, out var value) ? value.GetString() : null;
}
