using CsCheck;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Decisioning.Records.Decisions;
using static Orchestrator.Tests.Decisioning.Transactions;

namespace Orchestrator.Tests.Decisioning.Records;

/// <summary>
/// The store against a model: whatever comes, again and in whatever order, in units that are lost or committed without notice, the first decision of a transaction
/// is kept to the last bit, and each label once.
/// </summary>
public sealed class DecisionRecordsModelTests(TestInfrastructure infrastructure)
{
    const int Ids = 12;

    static readonly Gen<IContract> AnyMessage = Gen.OneOf(
        Gen.Select(Gen.Int[1, Ids], Gen.Int[0, 1_000], Gen.Bool, AnyFloat.Array[0, 8]).Select((id, score, plain, features) =>
            (IContract)(plain ? Plain(Id(id), score: score) : Full(Id(id), features) with { Score = score })),
        Gen.Select(Gen.Int[1, Ids], Gen.Int[1, Ids], Gen.Bool, Gen.Int[0, 3]).Select((label, id, fraud, day) =>
            (IContract)Label(Id(100 + label), Id(id), fraud, Noon.AddDays(day))));

    static readonly Gen<(int Fate, IContract[] Messages)> AnyUnit = Gen.Select(Gen.Int[0, 4], AnyMessage.Array[0, 10]);

    [Fact]
    public async Task Store_when_messages_come_in_any_way_holds_the_first_of_each()
    {
        await using var store = await RecordsDatabase.CreateAsync(infrastructure);
        await AnyUnit.Array[0, 8].SampleAsync(
            async units =>
            {
                await store.ExecuteAsync("delete from decisioning.decision; alter table decisioning.label disable trigger all; delete from decisioning.label; alter table decisioning.label enable trigger all");
                var decisions = new Dictionary<Guid, FraudAssessed>();
                var labels = new Dictionary<Guid, FraudLabelled>();
                foreach (var (fate, messages) in units)
                {
                    if (fate == 0)
                    {
                        await store.Lane.LoseAsync(messages);
                        continue;
                    }
                    await (fate == 1 ? store.Lane.CommitUnnoticedAsync(messages) : store.Lane.RunAsync(messages));
                    foreach (var decision in messages.OfType<FraudAssessed>())
                        decisions.TryAdd(decision.TransactionId, decision);
                    foreach (var label in messages.OfType<FraudLabelled>())
                        labels.TryAdd(label.LabelId, label);
                }
                await CompareAsync(store, decisions, labels);
            },
            iter: 60, threads: 1);
    }

    static async Task CompareAsync(RecordsDatabase store, Dictionary<Guid, FraudAssessed> decisions, Dictionary<Guid, FraudLabelled> labels)
    {
        for (var n = 1; n <= Ids; n++)
        {
            var stored = await store.Decisions.FindAsync(Id(n), CancellationToken.None);
            Assert.Equal(decisions.TryGetValue(Id(n), out var expected) ? ContractText.Of(expected) : null, stored is null ? null : ContractText.Of(stored.Decision));
            Assert.Equal(
                labels.Values.Where(l => l.TransactionId == Id(n)).OrderByDescending(l => l.LabelledAt).ThenByDescending(l => l.LabelId.ToString(), StringComparer.Ordinal),
                await store.Labels.OfAsync(Id(n), CancellationToken.None));
        }
    }
}
