using System.Text;
using System.Text.Json;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Deciding;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Approved;

namespace Orchestrator.Tests.Ledger;

/// <summary>
/// Ledger events are kept for ever, so every shape that was ever published is read for ever. The file has one line for each; lines are added and never
/// changed. What is read is folded, and must come to the counters that were published with it.
/// </summary>
public sealed class ShippedEventsTests
{
    const string Shipped = "Orchestrator.Tests/Ledger/Shipped/ledger-events.v1.jsonl";
    const string Name = "orchestrator.ledger.event-recorded.v1";

    static readonly List<string> Lines = [.. ApprovedText.Read(Shipped).Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    static readonly List<LedgerEventRecorded> Events =
        Lines.ConvertAll(line => (LedgerEventRecorded)MessageCatalog.Contracts.Versions.Read(Name, Encoding.UTF8.GetBytes(line))!);

    [Fact]
    public void Events_when_they_were_shipped_have_every_type_and_every_field()
    {
        Assert.Equal(Enum.GetValues<LedgerEventType>(), Events.Select(e => e.Type).Distinct().Order());
        var fields = Lines.SelectMany(l => JsonDocument.Parse(l).RootElement.EnumerateObject().Select(p => p.Name)).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(
            typeof(LedgerEventRecorded).GetProperties().Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name)).Order(StringComparer.Ordinal),
            fields.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Events_when_written_again_say_the_same() => Assert.All(Lines.Zip(Events), pair => Assert.True(JsonElement.DeepEquals(
        JsonDocument.Parse(pair.First).RootElement, JsonSerializer.SerializeToElement(pair.Second, ContractJson.Default.LedgerEventRecorded)), pair.First));

    [Fact]
    public void Events_when_folded_come_to_the_counters_that_were_published()
    {
        var accounts = new Dictionary<string, AccountState>(StringComparer.Ordinal);
        foreach (var e in Events)
        {
            var before = accounts.GetValueOrDefault(e.AccountId)
                ?? new AccountState(e.AccountId, AccountKind.Customer, "c", e.Currency, 0, null, 0, AccountState.NoCounters, e.RecordedAt);
            var after = LedgerFold.Apply(before, Stored(e));
            Assert.Equal(e.Counters, after.Counters);
            accounts[e.AccountId] = after;
        }
        Assert.Equal(new AccountCounters(0, 305, 0, 1_025), accounts["alice"].Counters);
        Assert.Equal((AccountStatus.Open, AccountStatus.Closed), (accounts["alice"].Status, accounts["bob"].Status));
        Assert.Equal(new AccountCounters(0, 40, 0, 540), accounts["carol"].Counters);
        Assert.Equal(new AccountCounters(0, 150, 0, 500), accounts["dave"].Counters);
    }

    [Fact]
    public void Events_when_of_a_version_that_is_not_known_are_refused_by_name() => Assert.StartsWith(
        "unknown_version: orchestrator.ledger.event-recorded.v2 ",
        Assert.Throws<UnknownVersionException>(() => MessageCatalog.Contracts.Versions.Read("orchestrator.ledger.event-recorded.v2", "{}"u8)).Message,
        StringComparison.Ordinal);

    static LedgerEvent Stored(LedgerEventRecorded e) => new(
        e.AccountId, e.Version, e.Type, e.AmountMinor, e.CommandId, e.TransactionId, e.HoldId, e.ContraAccountId, e.ContraAccountId is null ? null : 1,
        e.EffectiveAt, e.RecordedAt, e.Reason, e.ReleasedMinor, e.ExpiresAt, e.CounterpartyAccountId, e.ReversesTransactionId);
}
