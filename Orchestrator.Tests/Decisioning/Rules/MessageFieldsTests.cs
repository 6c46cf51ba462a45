using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning.Rules.Language;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Tests.Decisioning.Rules;

public sealed class MessageFieldsTests
{
    static readonly RuleSchema Schema = MessageFields.SchemaWith([]);

    static readonly TransactionSubmitted Full = new(
        new Guid(1, 0, 0, new byte[8]), "alice", "bob", 1_234, "EUR", TransactionKind.CashOut, RuleWorld.Now.AddMinutes(-3), "shop", "t1", "atm", "d1", "10.0.0.1", 47.5, 8.5);

    [Theory]
    [InlineData("EUR", 12.34)]
    [InlineData("JPY", 1_234.0)]
    [InlineData("KWD", 1.234)]
    public void Amount_when_filled_in_is_in_major_units(string currency, double amount) =>
        Assert.Equal(amount, Value("amount", Full with { Currency = currency }));

    [Theory]
    [InlineData("currency == 'EUR' and kind == 'cash_out' and source == 'alice' and destination == 'bob'")]
    [InlineData("merchant == 'shop' and terminal == 't1' and channel == 'atm' and device == 'd1' and ip == '10.0.0.1'")]
    [InlineData("latitude == 47.5 and longitude == 8.5 and minutesBetween(occurredAt, now) == 3")]
    public void Field_when_filled_in_has_the_message_s_value(string condition) => Assert.Equal(true, Value(condition, Full));

    [Theory]
    [InlineData(TransactionKind.Transfer, "transfer")]
    [InlineData(TransactionKind.Card, "card")]
    [InlineData(TransactionKind.CashOut, "cash_out")]
    [InlineData(TransactionKind.Payment, "payment")]
    public void Kind_when_filled_in_is_as_on_the_wire(TransactionKind kind, string name) => Assert.Equal(name, Value("kind", Full with { Kind = kind }));

    [Fact]
    public void Field_when_the_next_message_lacks_it_is_missing()
    {
        var input = new RuleInput(Schema);
        var fields = new MessageFields(Schema);
        fields.Fill(input, Full, RuleWorld.Now);
        fields.Fill(input, Full with { MerchantId = null, Latitude = null }, RuleWorld.Now);

        Assert.Equal(true, RuleWorld.Compiled(RuleWorld.Read("merchant is missing and latitude is missing", new ExpressionContext(Schema)), input, []).Value);
    }

    static object? Value(string source, TransactionSubmitted transaction)
    {
        var input = new RuleInput(Schema);
        new MessageFields(Schema).Fill(input, transaction, RuleWorld.Now);
        return RuleWorld.Compiled(RuleWorld.Read(source, new ExpressionContext(Schema)), input, []).Value;
    }
}
