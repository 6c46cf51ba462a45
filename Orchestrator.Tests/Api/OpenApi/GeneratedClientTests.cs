using System.Reflection;
using Orchestrator.Api.OpenApi;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Api.OpenApi;

/// <summary>What others generate from the document compiles and talks to the service.</summary>
[Collection(ApiCollection.Name)]
public sealed class GeneratedClientTests(ApiFixture api)
{
    [Fact]
    public async Task Client_when_generated_from_the_document_compiles_moves_money_and_gets_typed_problems()
    {
        var source = await GeneratedClient.SourceAsync((await api.GetAsync(OpenApiModule.OlderDocument)).Text);
        var types = GeneratedClient.Compile(source);
        dynamic client = Activator.CreateInstance(types.GetType($"{GeneratedClient.Namespace}.{GeneratedClient.ClassName}")!, api.Http)!;

        dynamic opening = Filled(types, "OpenAccountRequest", new { AccountId = "generated-payer", CustomerId = "c-1", Currency = "EUR", InitialBalanceMinor = 5_000L });
        dynamic accepted = await client.PostAccountsAsync(opening);

        Assert.Equal("generated-payer", (string)accepted.AccountId);
        await Eventually.HoldsAsync("the account is open", async () => (await api.GetAsync("/v1/accounts/generated-payer")).Status == System.Net.HttpStatusCode.OK);
        dynamic account = await client.GetAccountsByAccountIdAsync("generated-payer");
        Assert.Equal(5_000L, (long)account.Counters.CreditsPostedMinor);

        Exception refused = await Assert.ThrowsAnyAsync<Exception>(async () => await client.GetAccountsByAccountIdAsync("generated-nobody"));
        var problem = refused.GetType().GetProperty("Result")!.GetValue(refused)!;
        Assert.Equal("/problems/account_not_found", (string)problem.GetType().GetProperty("Type")!.GetValue(problem)!);
    }

    static object Filled(Assembly types, string name, object values)
    {
        var type = types.GetType($"{GeneratedClient.Namespace}.{name}")!;
        var filled = Activator.CreateInstance(type)!;
        foreach (var value in values.GetType().GetProperties())
            type.GetProperty(value.Name)!.SetValue(filled, value.GetValue(values));
        return filled;
    }
}
