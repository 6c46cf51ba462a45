using System.Net;
using System.Text.Json;
using Orchestrator.Cli.Models;
using Orchestrator.Decisioning.Models;
using Orchestrator.Tests.Decisioning.Models;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Decisioning.Transactions;

namespace Orchestrator.Tests.Api;

/// <summary>From a file to decisions: a model that is put in force while the service runs decides, and one on trial is heard beside it.</summary>
[Collection(ApiCollection.Name)]
public sealed class LiveModelTests(ApiFixture api)
{
    [Fact]
    public async Task Model_when_it_is_put_in_force_decides_with_reasons_and_the_challenger_is_recorded()
    {
        using var ann = new ModelsApi(api.Access("ann"));
        using var ben = new ModelsApi(api.Access("ben"));
        var champion = await UploadAsync(ann, SmallModels.Stump("api-champion") with { Thresholds = new(0.5, DecisionThresholds.Never) });
        var challenger = await UploadAsync(ann, SmallModels.Stump("api-challenger", raw: -2) with { Thresholds = new(0.5, DecisionThresholds.Never) });
        await ann.ChangeAsync(champion, "shadow", "tests", default);
        await ben.ChangeAsync(champion, "activate", "tests", default);
        await ann.ChangeAsync(challenger, "shadow", "tests", default);
        try
        {
            var (id, decision) = await DecidedByAsync(champion, challenger);

            Assert.Equal("review", decision.GetProperty("outcome").GetString());
            var reason = Assert.Single(decision.GetProperty("reasons").EnumerateArray());
            Assert.Equal(("amount", "The amount is 250.00."), (reason.GetProperty("rule").GetString(), reason.GetProperty("sentence").GetString()));
            Assert.Equal("approve", decision.GetProperty("shadow").GetProperty("outcome").GetString());
            Assert.False(decision.TryGetProperty("degraded", out var degraded) && degraded.GetArrayLength() > 0, decision.GetRawText());

            var again = (await api.GetAsync($"/v1/decisions/{id}/explain?trace=true")).Json;
            Assert.True(again.GetProperty("replay").GetProperty("same").GetBoolean(), again.GetRawText());
        }
        finally
        {
            await ben.ChangeAsync(champion, "rollback", "tests", default);
            await ann.ChangeAsync(challenger, "retire", "tests", default);
        }
    }

    static async Task<string> UploadAsync(ModelsApi models, TreeModel model) => (await models.UploadAsync(TreeModelFormat.Write(model), "tests", default)).Version;

    // The watch follows within a second: each transaction is another one.
    async Task<(Guid Id, JsonElement Decision)> DecidedByAsync(string champion, string challenger)
    {
        var (number, decision) = (0, default(JsonElement));
        await Eventually.HoldsAsync("both models are followed", async () =>
        {
            number++;
            await api.PublishAsync(Of(25_000, TimeProvider.System.GetUtcNow(), source: $"modelled-{number}") with { TransactionId = Id(number) }, Id(number));
            var found = default(Answer);
            await Eventually.HoldsAsync("it is decided", async () => (found = await api.GetAsync($"/v1/decisions/{Id(number)}")).Status == HttpStatusCode.OK);
            decision = found!.Json;
            return decision.GetProperty("versions").TryGetProperty("model", out var model) && model.GetString() == champion
                && decision.TryGetProperty("shadow", out var shadow) && shadow.GetProperty("version").GetString()!.Contains(challenger, StringComparison.Ordinal);
        });
        return (Id(number), decision);
    }

    static Guid Id(int n) => new($"018f4e2a-6000-7000-9100-{n:x12}");
}
