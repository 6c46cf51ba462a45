using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Tests.ContractShapes;

/// <summary>Messages of older versions, made up: today's ledger event as a third version, after one that had one balance and one that had no currency.</summary>
public sealed class UpcastingTests
{
    const string First = "orchestrator.ledger.event-recorded.v1";
    const string Second = "orchestrator.ledger.event-recorded.v2";
    const string Third = "orchestrator.ledger.event-recorded.v3";

    const string OfFirst = """
        { "account": "alice", "version": 1, "type": "opened", "amountMinor": 0, "commandId": "0195d6a0-0000-7000-8000-000000000001",
          "balanceMinor": 7, "effectiveAt": "2026-03-02T12:00:00Z", "recordedAt": "2026-03-02T12:00:00Z" }
        """;

    static readonly MessageContract Today = ContractCatalog.All.Single(c => c.Type == typeof(LedgerEventRecorded)) with { Name = Third };

    static readonly MessageCatalog Catalog = new([Today], topicNames: null, [new CurrencyIsSaid(), new AccountIsAnId()]);

    [Fact]
    public void Message_when_it_is_of_the_first_version_comes_as_todays()
    {
        var read = (LedgerEventRecorded)Catalog.Versions.Read(First, Encoding.UTF8.GetBytes(OfFirst))!;

        Assert.Equal(("alice", "EUR", 7L), (read.AccountId, read.Currency, read.Counters.CreditsPostedMinor));
    }

    [Fact]
    public void Lane_when_it_reads_an_older_version_hands_on_todays_message()
    {
        var message = Read(First, OfFirst);

        Assert.Null(message.Fault);
        Assert.Equal(Third, message.Contract!.Name);
        Assert.Equal("alice", Assert.IsType<LedgerEventRecorded>(message.Body).AccountId);
    }

    [Theory]
    [InlineData("orchestrator.ledger.event-recorded.v4", "{}", BadMessageCodes.UnknownVersion)]
    [InlineData("orchestrator.ledger.event-recorded.v0", "{}", BadMessageCodes.UnknownType)]
    [InlineData("orchestrator.ledger.event-recorded.vv", "{}", BadMessageCodes.UnknownType)]
    [InlineData("orchestrator.ledger.event-recorded", "{}", BadMessageCodes.UnknownType)]
    [InlineData("orchestrator.ledger.event-recorded.v99999999999", "{}", BadMessageCodes.UnknownType)]
    [InlineData(".v1", "{}", BadMessageCodes.UnknownType)]
    [InlineData(First, "{", BadMessageCodes.NotJson)]
    [InlineData(First, "", BadMessageCodes.NotJson)]
    [InlineData(First, "[1]", BadMessageCodes.WrongShape)]
    [InlineData(First, "null", BadMessageCodes.WrongShape)]
    [InlineData(First, "{}", BadMessageCodes.WrongShape)]
    [InlineData(First, """{ "account": "alice", "balanceMinor": "much" }""", BadMessageCodes.WrongShape)]
    [InlineData(Second, """{ "accountId": "alice" }""", BadMessageCodes.WrongShape)]
    public void Lane_when_it_cannot_read_a_version_says_why(string name, string body, string code) => Assert.Equal(code, Read(name, body).Fault!.Code);

    [Fact]
    public void Version_when_nothing_leads_on_from_it_is_unknown_by_name() => Assert.Throws<UnknownVersionException>(
        () => new ContractVersions([Today], [new CurrencyIsSaid()]).Read(First, "{}"u8));

    [Fact]
    public void Upcaster_when_it_leads_nowhere_or_twice_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new ContractVersions([Today], [new AccountIsAnId()]));
        Assert.Throws<ArgumentException>(() => new ContractVersions([Today], [new CurrencyIsSaid(), new CurrencyIsSaid()]));
    }

    static LaneMessage Read(string name, string body) => new LaneMessageReader(Catalog).Read(
        new RawMessage("alice"u8.ToArray(), Encoding.UTF8.GetBytes(body), [new("ce_id", "1"u8.ToArray()), new("ce_type", Encoding.UTF8.GetBytes(name))]),
        new MessageOrigin("ledger-events", 0), default);

    /// <summary>From the first version to the second: the account got another name, and one balance became four counters.</summary>
    sealed class AccountIsAnId : IUpcaster
    {
        public string From => First;

        public JsonObject Upcast(JsonObject body)
        {
            body["accountId"] = body["account"]!.GetValue<string>();
            body["counters"] = new JsonObject
            {
                ["debitsPendingMinor"] = 0,
                ["debitsPostedMinor"] = 0,
                ["creditsPendingMinor"] = 0,
                ["creditsPostedMinor"] = body["balanceMinor"]!.GetValue<long>(),
            };
            return body;
        }
    }

    /// <summary>From the second version to the third: all was in euros before it was said.</summary>
    sealed class CurrencyIsSaid : IUpcaster
    {
        public string From => Second;

        public JsonObject Upcast(JsonObject body)
        {
            body["currency"] = "EUR";
            return body;
        }
    }
}
