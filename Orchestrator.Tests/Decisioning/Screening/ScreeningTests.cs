using System.Text.Json;
using CsCheck;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Names;
using Orchestrator.Decisioning;
using Orchestrator.Decisioning.Lists;
using Orchestrator.Decisioning.RuleSets;
using Orchestrator.Decisioning.Screening;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Decisioning.Deciding;

namespace Orchestrator.Tests.Decisioning.Screening;

/// <summary>Names that are compared with lists.</summary>
public sealed class ScreeningTests
{
    static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("Łukasz Groß-Øster", "gross lukasz oster")]
    [InlineData("  O'NEIL,   Seán ", "oneil sean")]
    [InlineData("José\u0301 Núñez", "jose nunez")]
    [InlineData("王 小明", "小明 王")]
    [InlineData("... -", "")]
    public void Name_when_normalised_has_neither_case_accents_punctuation_nor_order(string name, string normalised) =>
        Assert.Equal(normalised, PersonName.Normalised(name));

    [Theory]
    [InlineData("Viktor Bout", 1_000)]
    [InlineData("BOUT, Viktor", 1_000)]
    [InlineData("Víktor Bóut", 1_000)]
    [InlineData("Viktor But", 910)]
    [InlineData("Vitkor Bout", 910)]
    [InlineData("Viktor Anatolyevich Bout", 950)]
    [InlineData("Viktor Smith", null)]
    [InlineData("Viktor", null)]
    [InlineData("Anna Bout", null)]
    public void Name_when_it_resembles_an_entry_is_a_hit(string name, int? score) =>
        Assert.Equal(score, ScreeningIndex.Of("sanctions", Entries("Viktor Bout", "Somebody Else")).Find(name, 850, 0).SingleOrDefault()?.Score);

    [Fact]
    public void Entry_when_it_has_expired_is_no_hit()
    {
        var list = ListEntries.Of([new ListEntryChange("Viktor Bout", 5_000)]);

        Assert.Single(ScreeningIndex.Of("sanctions", list).Find("Viktor Bout", 850, 4_999));
        Assert.Empty(ScreeningIndex.Of("sanctions", list).Find("Viktor Bout", 850, 5_000));
    }

    [Fact]
    public async Task Customer_when_on_several_lists_is_told_with_the_best_first_and_is_found_by_id()
    {
        var screened = await ScreenAsync(
            new ScreenCustomer("alice", "customer-1", "Viktor Bout", Noon), ("sanctions", ["Viktor But", "Nobody"]), ("denied_customers", ["customer-1", "viktor bout"]));

        Assert.Equal(
            [new("denied_customers", "customer-1", 1_000), new("denied_customers", "viktor bout", 1_000), new ScreeningHit("sanctions", "Viktor But", 910)],
            screened.Hits);
        Assert.Equal(("alice", "customer-1", Noon), (screened.AccountId, screened.CustomerId, screened.At));
    }

    [Fact]
    public async Task Customer_when_there_are_no_lists_is_clear() =>
        Assert.Empty((await ScreenAsync(new ScreenCustomer("alice", "customer-1", "Viktor Bout", Noon))).Hits);

    [Fact]
    public void Slips_are_those_of_the_plain_table_up_to_the_bound() =>
        Gen.Select(Gen.String[Gen.Char['a', 'c'], 0, 9], Gen.String[Gen.Char['a', 'c'], 0, 9], Gen.Int[0, 9]).Sample((a, b, bound) =>
        {
            var plain = Plain(a, b);
            Assert.Equal(Math.Min(plain, bound + 1), NameLikeness.Slips(a, b, bound));
            Assert.Equal(NameLikeness.Slips(a, b, bound), NameLikeness.Slips(b, a, bound));
        });

    [Fact]
    public void Find_passes_over_no_entry_that_a_look_at_each_would_find() =>
        Gen.Select(Gen.String[Gen.Char['a', 'f'], 3, 10].Array[1, 30], Gen.String[Gen.Char['a', 'f'], 3, 10], Gen.Int[500, 1_000]).Sample((entries, name, threshold) =>
        {
            var found = ScreeningIndex.Of("l", Entries(entries)).Find(name, threshold, 0).Select(h => h.Entry).Order(StringComparer.Ordinal);
            var expected = entries.Distinct().Where(e =>
                Plain(e, name) <= NameLikeness.Allowed(Math.Max(e.Length, name.Length), threshold)).Order(StringComparer.Ordinal);
            Assert.Equal(expected, found);
        });

    static int Plain(string a, string b)
    {
        var table = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    table[i, j] = i + j;
                    continue;
                }
                var best = Math.Min(Math.Min(table[i - 1, j], table[i, j - 1]) + 1, table[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    best = Math.Min(best, table[i - 2, j - 2] + 1);
                table[i, j] = best;
            }
        }
        return table[a.Length, b.Length];
    }

    static ListEntries Entries(params string[] values) => ListEntries.Of(values.Select(v => new ListEntryChange(v, ListEntryChange.Never)));

    static async Task<CustomerScreened> ScreenAsync(ScreenCustomer asked, params (string Name, string[] Values)[] lists)
    {
        var processor = new ScreeningProcessor(
            new Rules(new ListsSnapshot(1, lists.ToDictionary(l => l.Name, l => Entries(l.Values), StringComparer.Ordinal))), new ScreeningOptions(), new ScreeningIndexes());
        await processor.OpenAsync(CancellationToken.None);
        var work = new UnitOfWork(new LaneId(ScreeningModule.GroupName, 0), Noon, MessageCatalog.Contracts);
        await processor.HandleAsync(
            new LaneMessage
            {
                Origin = new MessageOrigin("accounts", 0),
                Key = asked.AccountId,
                Id = Guid.Empty,
                Contract = MessageCatalog.Contracts.Of(typeof(ScreenCustomer)),
                Body = asked,
                Time = Noon,
                Raw = new RawMessage(null, [], []),
            }, work, CancellationToken.None);
        return JsonSerializer.Deserialize(Assert.Single(work.Outgoing).Body.Span, ContractJson.Default.CustomerScreened)!;
    }

    sealed class Rules(ListsSnapshot lists) : IRulesInForce
    {
        public RulesInForce Current { get; } = new(BuiltInRuleSet.Compile(BuiltInDecider.Schema), Shadow: null, lists);

        public Task Loaded => Task.CompletedTask;
    }
}
