using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Tests.Decisioning.Deciding;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Decisioning.Live.DecisioningFixture;

namespace Orchestrator.Tests.Decisioning.Live;

/// <summary>The product's lanes over the real wire: what they answer, and what they remember through stops and crashes.</summary>
public sealed class DecisioningLaneTests(TestInfrastructure infrastructure)
{
    const int Accounts = 30;
    const int Each = 24;

    static readonly DateTimeOffset Start = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Transaction_when_it_is_submitted_is_decided_with_all_that_explains_it()
    {
        await using var fixture = await CreateAsync(infrastructure);
        var models = new StatedModels(new ModelsInForce(new StatedModel("trees-1", _ => 0.1), new StatedModel("trees-2", _ => 0.001)));
        var host = await fixture.StartAsync(models);
        var transaction = Transactions.Of(5_000, Start) with { TerminalId = "t1", Latitude = 47, Longitude = 8 };
        fixture.Send(transaction);
        fixture.Send(new TransactionCancelled(transaction.TransactionId, "alice", Start), new Guid(9, 9, 9, new byte[8]));

        var decision = Assert.Single(await fixture.DecisionsAsync(1));

        Assert.Equal((FraudOutcome.Review, "trees-1", "trees-2"), (decision.Outcome, decision.ModelVersion, decision.Shadow?.Version));
        Assert.Equal((FraudOutcome.Approve, FeaturePlan.Standard.Schema.Hash, null), (decision.Shadow!.Outcome, decision.FeatureSchema, decision.Degraded));
        Assert.Equal(["amount"], decision.Reasons.Select(r => r.Rule));
        Assert.Equal((transaction, Start, Start.AddDays(-1)), (decision.Transaction, decision.EventAt, decision.Watermark));
        Assert.True(decision.ReceivedAt <= decision.AssessedAt);
        Assert.Equal((50f, 1f, 1f, -1f), (Feature(decision, "amount"), Feature(decision, "account_count_1h"), Feature(decision, "terminal_is_new"), Feature(decision, "account_median")));
        var names = await host.Services.GetRequiredService<Orchestrator.Decisioning.Records.IFeatureSchemas>().FindAsync(decision.FeatureSchema!, CancellationToken.None);
        Assert.Equal(FeaturePlan.Standard.Schema.Names, names);

        // By these other processes tell how far behind it is.
        var facts = host.Services.GetRequiredService<ClusterFacts>();
        var partitions = Enumerable.Range(0, 4).Select(p => new TopicPartition(fixture.Kafka.Topic(Topics.Transactions), p)).ToList();
        await Eventually.HoldsAsync("positions are committed", () => facts.ReadCommitted(DecisioningModule.GroupName, partitions, Eventually.Bound).Values.Sum() == 2);
    }

    [Fact]
    public async Task Label_when_it_comes_changes_what_later_transactions_see()
    {
        await using var fixture = await CreateAsync(infrastructure);
        await fixture.StartAsync();
        var labelled = At(0, "mallory") with { TerminalId = "t1" };
        fixture.Send(labelled);
        Assert.Equal(0, Feature(Assert.Single(await fixture.DecisionsAsync(1)), "terminal_frauds_7d"));
        fixture.Send(new FraudLabelled(new Guid(1, 2, 3, new byte[8]), labelled.TransactionId, "mallory", IsFraud: true, LabelSource.Chargeback, Start.AddDays(5)), new Guid(1, 2, 3, new byte[8]));

        // A label is answered by nobody, and stands on another topic: whoever asks again and again sees it at last. It is believed when it is a week old.
        var sent = 1;
        await Eventually.HoldsAsync("the label is seen", async () =>
        {
            fixture.Send(At((8 * 24 * 60) + sent, $"payer{sent}") with { TerminalId = "t1" });
            sent++;
            return (await fixture.DecisionsAsync(sent)).Exists(d => Feature(d, "terminal_frauds_7d") == 1);
        });
    }

    [Fact]
    public async Task Lane_when_it_was_stopped_or_killed_on_the_way_sees_the_same_as_one_that_was_not()
    {
        var expected = await RunAsync((fixture, host) => Task.FromResult(host));
        var stopped = await RunAsync(async (fixture, host) =>
        {
            await fixture.StopAsync(host);
            return await fixture.StartAsync();
        });
        var killed = await RunAsync(async (fixture, host) =>
        {
            await fixture.CutOffAsync(host);
            return await fixture.StartAsync();
        });

        Assert.Contains(expected.Values, e => e.StartsWith(nameof(FraudOutcome.Decline), StringComparison.Ordinal));
        Assert.Empty(Differing(expected, stopped));
        Assert.Empty(Differing(expected, killed));
    }

    static IEnumerable<string> Differing(SortedDictionary<Guid, string> expected, SortedDictionary<Guid, string> found) =>
        expected.Where(e => found.GetValueOrDefault(e.Key) != e.Value).Select(e => $"{e.Key}: {found.GetValueOrDefault(e.Key)}, not {e.Value}");

    [Fact]
    public async Task Lane_when_it_decides_shows_what_it_holds()
    {
        using var meters = new MeterReading(DecisioningTelemetry.MeterName);
        await using var fixture = await CreateAsync(infrastructure);
        await fixture.StartAsync();
        fixture.Send(At(0, "alice"));
        fixture.Send(At(-60 * 24 * 3, "alice"));
        await fixture.DecisionsAsync(2);

        await Eventually.HoldsAsync("it is counted", () =>
            meters.Sum("orchestrator.decisioning.assessed", "approve") >= 2 && meters.Sum("orchestrator.decisioning.late", "too_late") >= 1
            && meters.Observe("orchestrator.features.keys", "account") > 0 && meters.Observe("orchestrator.features.watermark", null) > 0);
    }

    // Accounts share nothing, and all of it happens within the lateness that is allowed, so what each sees follows from its own transactions alone, whichever lane runs ahead.
    async Task<SortedDictionary<Guid, string>> RunAsync(Func<DecisioningFixture, IHost, Task<IHost>> between)
    {
        await using var fixture = await CreateAsync(infrastructure);
        var host = await fixture.StartAsync();
        var all = Stream().ToList();
        var half = all.Count / 2;
        foreach (var transaction in all.Take(half))
            fixture.Send(transaction);
        await fixture.DecisionsAsync(half);
        await between(fixture, host);
        foreach (var transaction in all.Skip(half))
            fixture.Send(transaction);
        var decisions = await fixture.DecisionsAsync(all.Count);
        Assert.Equal(all.Count, decisions.Count);
        return new(decisions.ToDictionary(d => d.TransactionId, d => $"{d.Outcome} {d.Score} {Convert.ToHexString(d.Features!)}"));
    }

    static IEnumerable<TransactionSubmitted> Stream()
    {
        var random = new Random(7);
        for (var i = 0; i < Accounts * Each; i++)
        {
            var account = i % Accounts;
            var amount = random.Next(2_000, 8_000) * (random.Next(15) == 0 ? 12 : 1);
            yield return At(i * 3 / 2, $"account{account}", amount) with
            {
                TransactionId = new Guid(i, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]), DestinationAccountId = $"payee{account}-{random.Next(3)}", TerminalId = $"terminal{account}",
                DeviceId = $"device{account}", Latitude = random.Next(40, 50), Longitude = random.Next(5, 15),
            };
        }
    }

    static TransactionSubmitted At(int minutes, string account, long amountMinor = 5_000) => Transactions.Of(amountMinor, Start.AddMinutes(minutes), source: account);

    sealed class StatedModels(ModelsInForce current) : IModelsInForce
    {
        public ModelsInForce Current => current;

        public Task Loaded => Task.CompletedTask;

        public ValueTask<IScoringModel?> FindAsync(string version, CancellationToken cancellationToken) => ValueTask.FromResult<IScoringModel?>(null);
    }
}
