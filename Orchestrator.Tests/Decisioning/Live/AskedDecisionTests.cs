using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning;
using Orchestrator.Messaging.Streams;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Decisioning.Live.DecisioningFixture;

namespace Orchestrator.Tests.Decisioning.Live;

/// <summary>The product's lanes when they are asked: what they answer, and what they remember of it.</summary>
public sealed class AskedDecisionTests(TestInfrastructure infrastructure)
{
    const int Accounts = 7;
    const int Count = 240;

    static readonly DateTimeOffset Start = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Lane_when_it_was_killed_between_what_it_was_asked_sees_the_same_as_one_that_was_not()
    {
        var expected = await RunAsync((_, host) => Task.FromResult(host));
        var killed = await RunAsync(async (fixture, host) =>
        {
            await fixture.CutOffAsync(host);
            return await fixture.StartAsync();
        });
        var stopped = await RunAsync(async (fixture, host) =>
        {
            await fixture.StopAsync(host);
            return await fixture.StartAsync();
        });

        Assert.Contains(expected, e => e.StartsWith(nameof(FraudOutcome.Decline), StringComparison.Ordinal));
        Assert.Equal(expected, killed);
        Assert.Equal(expected, stopped);
    }

    [Fact]
    public async Task Transaction_when_it_was_asked_about_gets_the_same_decision_and_is_counted_once()
    {
        await using var fixture = await CreateAsync(infrastructure);
        var host = await fixture.StartAsync();
        var asked = await AnswerAsync(host, At(0));
        fixture.Send(At(0) with { OccurredAt = Start.AddSeconds(30) });
        fixture.Send(At(1));
        var decisions = await fixture.DecisionsAsync(2);

        Assert.Equal(3, decisions.Count);
        Assert.All(decisions.Take(2), d => Assert.Equal((asked.AssessedAt, asked.Score, asked.EventAt), (d.AssessedAt, d.Score, d.EventAt)));
        Assert.Equal(2, Feature(decisions[2], "account_count_30d"));

        // The same again from the log.
        await fixture.CutOffAsync(host);
        host = await fixture.StartAsync();
        Assert.Equal(3, Feature(await AnswerAsync(host, At(2)), "account_count_30d"));
        var another = At(0) with { AmountMinor = 7_777 };
        fixture.Send(another, Guid.CreateVersion7(Start));
        Assert.Equal(7_777, (await fixture.DecisionsAsync(3, answers: 5))[4].Transaction!.AmountMinor);
    }

    [Fact]
    public async Task Asked_when_the_transaction_was_submitted_before_is_not_decided_again()
    {
        await using var fixture = await CreateAsync(infrastructure);
        var host = await fixture.StartAsync();
        fixture.Send(At(0));
        await fixture.DecisionsAsync(1);
        await AnswerAsync(host, At(1));

        Assert.IsType<StreamReply.AnsweredBefore>(await AskAsync(host, At(0)));
        Assert.Equal(3, Feature(await AnswerAsync(host, At(2)), "account_count_30d"));
    }

    // One after the other, asked and submitted in turns. Accounts share nothing, so what each sees follows from its own transactions alone.
    async Task<List<string>> RunAsync(Func<DecisioningFixture, IHost, Task<IHost>> between)
    {
        await using var fixture = await CreateAsync(infrastructure);
        var host = await fixture.StartAsync();
        var seen = new List<string>();
        for (var n = 0; n < Count; n++)
        {
            if (n == Count / 2)
                host = await between(fixture, host);
            var transaction = At(n);
            if (n % 3 != 0)
            {
                seen.Add(Text(await AnswerAsync(host, transaction)));
                continue;
            }
            fixture.Send(transaction);
            seen.Add(Text((await fixture.DecisionsAsync(n + 1)).Single(d => d.TransactionId == transaction.TransactionId)));
        }
        Assert.Equal(Count, (await fixture.DecisionsAsync(Count)).Count);
        return seen;
    }

    static string Text(FraudAssessed decision) => $"{decision.Outcome} {decision.Score} {decision.Watermark:O} {Convert.ToHexString(decision.Features!)}";

    static async Task<FraudAssessed> AnswerAsync(IHost host, TransactionSubmitted transaction)
    {
        StreamReply? reply = null;
        await Eventually.HoldsAsync("it is answered", async () => (reply = await AskAsync(host, transaction)) is StreamReply.Answered);
        return JsonSerializer.Deserialize(((StreamReply.Answered)reply!).Answer.Body.Span, ContractJson.Default.DecisionAnswered)!.Decision;
    }

    static Task<StreamReply> AskAsync(IHost host, TransactionSubmitted transaction) => host.Services.GetRequiredService<StreamHost>().AskAsync(
        DecisioningModule.GroupName, transaction.SourceAccountId, transaction, transaction.TransactionId, CancellationToken.None);

    static TransactionSubmitted At(int n) =>
        Transactions.Of(2_000 + (n * 137 % 6_000 * (n % 29 == 28 ? 900 : 1)), Start.AddMinutes(n * 11), source: $"account{n % (n < 3 ? 1 : Accounts)}") with
        {
            TransactionId = new Guid(n, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]), DestinationAccountId = $"payee{n % Accounts}-{n % 5}", TerminalId = $"terminal{n % Accounts}", DeviceId = $"device{n % Accounts}",
        };
}
