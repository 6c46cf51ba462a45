using System.Net;
using System.Text;
using System.Text.Json;
using Orchestrator.Api.Security;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Api;

/// <summary>Accounts through the whole service: applications are checked, alerts freeze, cases decide.</summary>
[Collection(ApiCollection.Name)]
public sealed class AccountFlowTests(ApiFixture api)
{
    [Fact]
    public async Task Application_when_nothing_is_found_opens_the_account()
    {
        var answer = await ApplyAsync("flow-plain", "flow-customer-1", "Plain Person", "F0000001");

        Assert.Equal((HttpStatusCode.Accepted, "/v1/account-applications/flow-plain"), (answer.Status, answer.Header("Location")));
        await StateAsync("flow-plain", "open");
        var account = (await api.GetAsync("/v1/accounts/flow-plain")).Json;
        Assert.Equal(2_500, account.GetProperty("counters").GetProperty("creditsPostedMinor").GetInt64());
        var application = (await api.GetAsync("/v1/account-applications/flow-plain")).Json;
        Assert.Equal(("opened", 0), (application.GetProperty("outcome").GetString(), application.GetProperty("findings").GetArrayLength()));
        var again = await ApplyAsync("flow-plain", "flow-customer-1", "Plain Person", "F0000001");
        Assert.Equal((answer.Text, "true"), (again.Text, again.Header("Idempotency-Replayed")));
    }

    [Fact]
    public async Task Application_of_a_sanctioned_name_waits_in_a_case_and_is_rejected()
    {
        using var ann = api.As("ann", Roles.Analyst);
        await ActAsync(ann, "/v1/lists/sanctions/entries", """{ "entries": [ { "value": "Rasmus Flöwe" } ], "reason": "a list of the day" }""");
        // The lists are read once a second; an applicant of that name waits for a person from then on.
        var number = 0;
        var application = default(JsonElement);
        await Eventually.HoldsAsync("the list is read", async () =>
        {
            var account = $"flow-listed-{++number}";
            await ApplyAsync(account, $"flow-listed-customer-{number}", "FLOWE, Rasmus", $"F100000{number}");
            application = await StateAsync(account, "open", "in_review");
            return application.GetProperty("state").GetString() == "in_review";
        });
        var waiting = application.GetProperty("accountId").GetString()!;

        Assert.Contains("Rasmus Flöwe", application.GetProperty("findings")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(["review", "open"], application.GetProperty("remaining").EnumerateArray().Select(r => r.GetString()));
        await ShownAmongSagasAsync(waiting);
        await CloseCaseAsync(waiting, "fraud");

        var rejected = await StateAsync(waiting, "rejected");
        Assert.Equal("rejected", rejected.GetProperty("outcome").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync($"/v1/accounts/{waiting}")).Status);
    }

    [Fact]
    public async Task Application_with_an_identity_of_another_customer_waits_and_is_opened_when_approved()
    {
        await ApplyAsync("flow-twin-1", "flow-twin-customer-1", "Twin One", "F2000001");
        await StateAsync("flow-twin-1", "open");
        await ApplyAsync("flow-twin-2", "flow-twin-customer-2", "Twin Two", "f-200 0001");

        var waiting = await StateAsync("flow-twin-2", "in_review");
        await CloseCaseAsync("flow-twin-2", "genuine");

        Assert.Contains("flow-twin-customer-1", waiting.GetProperty("findings")[0].GetString(), StringComparison.Ordinal);
        await StateAsync("flow-twin-2", "open");
    }

    [Fact]
    public async Task Alerts_when_three_come_freeze_the_account_and_the_cases_closing_unfreezes_it()
    {
        await api.OpenAsync("flow-frozen", 1_000);
        for (var i = 1; i <= 3; i++)
        {
            var id = new Guid($"018f4e2a-f000-7000-8000-{i:x12}");
            await api.PublishAsync(new AlertRaised(id, "flow-frozen", "fraud_declined", 950, ["A test."], TimeProvider.System.GetUtcNow()), id);
        }
        await StatusAsync("flow-frozen", "frozen");

        await CloseCaseAsync("flow-frozen", "genuine");

        await StatusAsync("flow-frozen", "open");
    }

    [Fact]
    public async Task Freeze_of_a_person_is_heard_of_and_respected_until_that_person_ends_it()
    {
        await api.OpenAsync("flow-by-hand", 1_000);
        await api.PostAsync("/v1/accounts/flow-by-hand/freeze", """{ "reason": "reported stolen" }""", "flow-freeze");
        await Eventually.HoldsAsync("the saga has heard of it", () => IsAsync("flow-by-hand", "FrozenByHand"));

        for (var i = 4; i <= 6; i++)
        {
            var id = new Guid($"018f4e2a-f000-7000-8000-{i:x12}");
            await api.PublishAsync(new AlertRaised(id, "flow-by-hand", "fraud_declined", 950, ["A test."], TimeProvider.System.GetUtcNow()), id);
        }
        await api.PostAsync("/v1/accounts/flow-by-hand/unfreeze", """{ "reason": "found again" }""", "flow-unfreeze");

        await Eventually.HoldsAsync("the saga has heard of the end", () => IsAsync("flow-by-hand", "Open"));
        await StatusAsync("flow-by-hand", "open");
    }

    [Fact]
    public async Task Application_when_it_cannot_be_is_refused_by_name()
    {
        await api.OpenAsync("flow-there", 0);

        Assert.Equal("account_exists", (await ApplyAsync("flow-there", "c", "A B", "F3000001")).Problem);
        Assert.Equal("application_not_found", (await api.GetAsync("/v1/account-applications/flow-nobody")).Problem);
        Assert.Equal("application_not_found", (await api.GetAsync("/v1/account-applications/flow-there")).Problem);
        var wrong = await api.PostAsync(
            "/v1/account-applications",
            """{ "accountId": "flow-wrong", "customerId": "c", "currency": "EUR", "applicant": { "name": " ", "documentNumber": "1", "documentCountry": "Germany" } }""");
        Assert.Equal(["missing_field applicant.name", "invalid_document applicant.documentNumber", "invalid_country applicant.documentCountry"], wrong.Errors);
    }

    Task<Answer> ApplyAsync(string account, string customer, string name, string document) => api.PostAsync(
        "/v1/account-applications",
        $$"""
        { "accountId": "{{account}}", "customerId": "{{customer}}", "currency": "EUR", "initialBalanceMinor": 2500,
          "applicant": { "name": "{{name}}", "documentNumber": "{{document}}", "documentCountry": "DE" } }
        """);

    // Operators see the same saga: in the list, alone, and as a picture.
    async Task ShownAmongSagasAsync(string account)
    {
        var listed = new List<JsonElement>();
        for (string? next = ""; next is not null;)
        {
            var page = (await api.GetAsync($"/v1/sagas/accounts?waiting=true&state=in_review&limit=1{next}")).Json;
            listed.AddRange(page.GetProperty("items").EnumerateArray());
            next = page.TryGetProperty("next", out var more) && more.ValueKind == JsonValueKind.String ? $"&after={more.GetString()}" : null;
        }
        Assert.All(listed, l => Assert.Equal("in_review", l.GetProperty("state").GetString()));
        Assert.Contains(listed, l => l.GetProperty("accountId").GetString() == account);
        Assert.DoesNotContain(account, (await api.GetAsync("/v1/sagas/accounts?state=open&limit=500")).Text, StringComparison.Ordinal);

        var answer = await api.GetAsync($"/v1/sagas/accounts/{account}");
        Assert.Equal(("account", answer.Header("ETag")), (answer.Json.GetProperty("type").GetString(), answer.Json.GetProperty("saga").GetProperty("etag").GetString()));
        Assert.Equal(["requested", "screened", "identity_checked", "in_review"], answer.Json.GetProperty("timeline").EnumerateArray()
            .Select(e => e.GetProperty("what").GetString()!).OrderBy(w => w is "requested" ? 0 : w is "in_review" ? 3 : w is "screened" ? 1 : 2));
        Assert.Contains("class InReview current", (await api.GetAsync($"/v1/sagas/accounts/{account}/diagram?format=mermaid")).Text, StringComparison.Ordinal);
        var types = (await api.GetAsync("/v1/sagas")).Json.GetProperty("types").EnumerateArray().Single(t => t.GetProperty("type").GetString() == "account");
        Assert.True(types.GetProperty("attention").GetProperty("in_review").GetInt64() >= 1);
        Assert.Equal("saga_not_found", (await api.GetAsync("/v1/sagas/accounts/flow-nobody")).Problem);
    }

    async Task<JsonElement> StateAsync(string account, params string[] states)
    {
        var found = default(JsonElement);
        await Eventually.HoldsAsync($"the application for {account} is {string.Join(" or ", states)}", async () =>
        {
            found = (await api.GetAsync($"/v1/account-applications/{account}")).Json;
            return found.TryGetProperty("state", out var state) && states.Contains(state.GetString(), StringComparer.Ordinal);
        });
        return found;
    }

    async Task<bool> IsAsync(string account, string state) =>
        await api.ScalarAsync<long>($"select count(*) from sagas.account where account_id = '{account}' and state = '{state}'") == 1;

    Task StatusAsync(string account, string status) => Eventually.HoldsAsync(
        $"{account} is {status}", async () => (await api.GetAsync($"/v1/accounts/{account}")).Json.GetProperty("status").GetString() == status);

    // Two people, for a finding of fraud has to be approved.
    async Task CloseCaseAsync(string account, string outcome)
    {
        var file = "";
        await Eventually.HoldsAsync($"there is a case for {account}", async () =>
        {
            var items = (await api.GetAsync($"/v1/cases?account={account}&queue=accounts")).Json.GetProperty("items");
            file = items.GetArrayLength() > 0 ? items[0].GetProperty("caseId").GetString()! : "";
            return file.Length > 0;
        });
        using var carol = api.As("carol", Roles.CaseWorker);
        using var dave = api.As("dave", Roles.Supervisor);
        await ActAsync(carol, $"/v1/cases/{file}/assign", """{ "assignee": "carol" }""");
        await ActAsync(carol, $"/v1/cases/{file}/close", $$"""{ "outcome": "{{outcome}}", "reason": "looked at it" }""");
        if (outcome == "fraud")
            await ActAsync(dave, $"/v1/cases/{file}/approve", """{ "reason": "agreed" }""");
    }

    static async Task ActAsync(HttpClient client, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync(path, content)).StatusCode);
    }
}
