using CsCheck;
using Orchestrator.Decisioning.Lists;

namespace Orchestrator.Tests.Decisioning.Lists;

public sealed class ListEntriesTests
{
    static readonly Gen<ListEntryChange> Changes = Gen.Select(
        Gen.OneOf(Gen.Int[0, 400].Select(i => $"value-{i}"), Gen.Int[0, 20].Select(i => $"ß{i}"), Gen.String[Gen.Char["aé\0"], 0, 3]), Gen.Int[0, 5], Gen.Int[0, 3]).Select(
        (value, expiry, removed) => new ListEntryChange(value, expiry == 0 ? 100 : ListEntryChange.Never, removed == 0));

    [Fact]
    public void List_when_changed_again_and_again_holds_what_a_dictionary_holds() => Changes.Array[0, 1_500].Array[1, 4].Sample(
        rounds =>
        {
            var (entries, model) = (ListEntries.Of(rounds[0]), new Dictionary<string, ListEntryChange>(StringComparer.Ordinal));
            foreach (var round in rounds.Skip(1))
                entries = entries.With(round);
            foreach (var change in rounds.SelectMany(r => r))
                model[change.Value] = change;

            foreach (var (value, last) in model)
            {
                Assert.Equal(!last.Removed, entries.Contains(value, 99));
                Assert.Equal(!last.Removed && last.ExpiresAtMs == ListEntryChange.Never, entries.Contains(value, 100));
            }
            Assert.False(entries.Contains("never", 0));
            Assert.Equal(model.Values.Count(c => !c.Removed), entries.CountAll());
        },
        iter: 100);

    [Fact]
    public void List_when_it_has_a_million_entries_is_held_compactly()
    {
        var entries = ListEntries.Of(Enumerable.Range(0, ListEntries.MaxEntries).Select(i => new ListEntryChange($"account-{i:000000000000}", ListEntryChange.Never)));

        Assert.True(entries.Contains("account-000000999999", 0) && !entries.Contains("account-000001000000", 0));
        Assert.InRange(entries.HeldBytes, 20_000_000, 42_000_000);
    }
}
