using System.Text.Json;
using Orchestrator.Activity.Customers;
using Orchestrator.Activity.Segments;
using Orchestrator.Contracts;
using Orchestrator.Tests.Approved;
using static Orchestrator.Tests.Activity.Segments.Facts;

namespace Orchestrator.Tests.Activity.Segments;

/// <summary>What conditions say of customers, when that changes with time, and what is wrong with those that cannot be taken.</summary>
public sealed class SegmentRuleTests
{
    [Theory]
    [InlineData("""{"field":"country","op":"eq","value":"DE"}""", true)]
    [InlineData("""{"field":"country","op":"ne","value":"DE"}""", false)]
    [InlineData("""{"field":"country","op":"in","value":["FR","DE"]}""", true)]
    [InlineData("""{"field":"tier","op":"exists","value":false}""", true)]
    [InlineData("""{"field":"tier","op":"ne","value":"gold"}""", false)]
    [InlineData("""{"field":"attribute:channel","op":"eq","value":"app"}""", true)]
    [InlineData("""{"field":"attribute:other","op":"exists","value":true}""", false)]
    [InlineData("""{"field":"marketing_consent","op":"eq","value":false}""", true)]
    [InlineData("""{"field":"accounts","op":"ge","value":2}""", true)]
    [InlineData("""{"field":"customer_age_days","op":"eq","value":10}""", true)]
    [InlineData("""{"field":"days_since_last_seen","op":"lt","value":1}""", true)]
    [InlineData("""{"field":"days_since_last_transaction","op":"eq","value":2}""", true)]
    [InlineData("""{"field":"spent_minor_1d","currency":"EUR","op":"eq","value":0}""", true)]
    [InlineData("""{"field":"spent_minor_7d","currency":"EUR","op":"eq","value":700}""", true)]
    [InlineData("""{"field":"spent_minor_7d","currency":"USD","op":"gt","value":0}""", false)]
    [InlineData("""{"field":"transactions_90d","op":"eq","value":2}""", true)]
    [InlineData("""{"field":"sessions_1d","op":"eq","value":1}""", true)]
    [InlineData("""{"field":"pages_1d","op":"eq","value":4}""", true)]
    [InlineData("""{"not":{"any":[{"field":"accounts","op":"lt","value":2},{"field":"pages_1d","op":"gt","value":4}]}}""", true)]
    [InlineData("""{"all":[{"field":"country","op":"eq","value":"DE"},{"field":"tier","op":"eq","value":"gold"}]}""", false)]
    public void Condition_when_it_is_evaluated_says_what_is_so(string condition, bool holds)
    {
        var customer = Customer();

        Assert.Equal(holds, Define("it", Read(condition)).Has(customer, Noon, isIn: false));
    }

    [Theory]
    [InlineData("""{"field":"country","op":"eq","value":"DE"}""", null)]
    [InlineData("""{"field":"customer_age_days","op":"lt","value":30}""", "2026-03-24T12:00:00Z")]
    [InlineData("""{"field":"customer_age_days","op":"gt","value":30}""", "2026-03-25T12:00:00Z")]
    [InlineData("""{"field":"customer_age_days","op":"eq","value":10}""", "2026-03-05T12:00:00Z")]
    [InlineData("""{"field":"customer_age_days","op":"ge","value":5}""", null)]
    [InlineData("""{"field":"spent_minor_7d","currency":"EUR","op":"ge","value":700}""", "2026-03-09T00:00:00Z")]
    [InlineData("""{"field":"spent_minor_30d","currency":"EUR","op":"eq","value":0}""", "2026-04-01T00:00:00Z")]
    [InlineData("""{"field":"spent_minor_30d","currency":"USD","op":"eq","value":0}""", null)]
    [InlineData("""{"any":[{"field":"transactions_1d","op":"ge","value":9},{"not":{"field":"days_since_last_seen","op":"lt","value":3}}]}""", "2026-03-07T11:00:00Z")]
    public void Condition_when_only_time_passes_says_when_it_can_change(string condition, string? at)
    {
        var next = Define("it", Read(condition)).NextChange(Customer(), Noon);

        Assert.Equal(at is null ? null : DateTimeOffset.Parse(at), next);
    }

    [Theory]
    [InlineData("""{}""", "wrong_condition condition")]
    [InlineData("""{"field":"country","all":[],"op":"eq","value":"DE"}""", "wrong_condition condition")]
    [InlineData("""{"all":[]}""", "missing_condition condition.all")]
    [InlineData("""{"all":[{"field":"age","op":"eq","value":1},{"not":{"field":"tier","op":"lt","value":"a"}}]}""", "unknown_field condition.all[0].field, unknown_operator condition.all[1].not.op")]
    [InlineData("""{"all":[null]}""", "wrong_condition condition.all[0]")]
    [InlineData("""{"field":"attribute:","op":"eq","value":"x"}""", "unknown_field condition.field")]
    [InlineData("""{"field":"spent_minor_30d","op":"ge","value":1}""", "unknown_currency condition.currency")]
    [InlineData("""{"field":"accounts","op":"ge","value":1,"currency":"EUR"}""", "unexpected_currency condition.currency")]
    [InlineData("""{"field":"accounts","value":1}""", "missing_field condition.op")]
    [InlineData("""{"field":"accounts","op":"ge"}""", "missing_field condition.value")]
    [InlineData("""{"field":"accounts","op":"exists","value":true}""", "unknown_operator condition.op")]
    [InlineData("""{"field":"accounts","op":"ge","value":1.5}""", "wrong_value condition.value")]
    [InlineData("""{"field":"accounts","op":"ge","value":-1}""", "wrong_value condition.value")]
    [InlineData("""{"field":"customer_age_days","op":"ge","value":36501}""", "wrong_value condition.value")]
    [InlineData("""{"field":"marketing_consent","op":"eq","value":"yes"}""", "wrong_value condition.value")]
    [InlineData("""{"field":"country","op":"in","value":["DE",1]}""", "wrong_value condition.value")]
    [InlineData("""{"field":"tier","op":"exists","value":"yes"}""", "wrong_value condition.value")]
    public void Condition_when_it_cannot_be_taken_says_what_is_wrong_and_where(string condition, string expected)
    {
        var errors = new ContractErrors();

        Assert.Null(SegmentDefinition.Compile("it", 1, new SegmentContent(Active: true, "It.", Read(condition)), errors));
        Assert.Equal(expected, string.Join(", ", errors.All.Select(e => $"{e.Code} {e.Field}")));
    }

    [Fact]
    public void Condition_when_it_is_deep_wide_or_long_is_refused_before_it_costs_anything()
    {
        var leaf = Is("accounts", "ge", 1);
        var deep = Enumerable.Range(0, 8).Aggregate(leaf, (inner, _) => Not(inner));
        var wide = All([.. Enumerable.Repeat(leaf, 64)]);
        var @long = All([.. Enumerable.Range(0, 20).Select(_ => Is("tier", "in", Enumerable.Repeat(new string('t', 256), 10).ToArray()))]);

        Assert.Equal(["too_deep"], Errors(deep));
        Assert.Equal(["too_many_conditions"], Errors(wide));
        Assert.Equal(["condition_too_long"], Errors(@long));
        Assert.Empty(Errors(All([.. Enumerable.Repeat(leaf, 63)])));

        static IEnumerable<string> Errors(SegmentCondition condition)
        {
            var errors = new ContractErrors();
            SegmentDefinition.Compile("it", 1, new SegmentContent(Active: true, "It.", condition), errors);
            return errors.All.Select(e => e.Code);
        }
    }

    [Fact]
    public void Segments_when_they_are_built_in_can_be_evaluated()
    {
        var built = ApprovedText.Read("migrations/0083_segments.sql").Split('\n').Where(l => l.StartsWith("     '{", StringComparison.Ordinal)).Select(l => l.Trim().Trim(',', ';', ')', '\'')).ToList();

        Assert.Equal(4, built.Count);
        Assert.All(built, condition => Assert.True(SegmentDefinition.Stored("it", 1, active: true, condition).IsUnderstood, condition));
    }

    [Fact]
    public void Segment_when_this_service_does_not_understand_it_keeps_who_is_in_it()
    {
        var strange = SegmentDefinition.Stored("it", 1, active: true, """{"field":"shoe_size","op":"ge","value":44}""");

        Assert.False(strange.IsUnderstood);
        Assert.True(strange.Has(Customer(), Noon, isIn: true));
        Assert.False(strange.Has(Customer(), Noon, isIn: false));
        Assert.False(SegmentDefinition.Stored("it", 2, active: false, """{"field":"accounts","op":"ge","value":0}""").Has(Customer(), Noon, isIn: true));
    }

    [Fact]
    public void Customer_when_more_comes_than_is_kept_stays_bounded()
    {
        var customer = new CustomerState();
        for (var i = 0; i < 200; i++)
        {
            var at = Noon.AddDays(i);
            customer.Take(Opened(i, "c", at), at);
            customer.Take(Sent(i, "c", at, currency: $"X{i % 20:00}"), at);
            customer.Take(Sent(i, "c", at, long.MaxValue / 4), at);
            customer.Take(Observed(i, "c", at, visitor: $"v{i}", first: true, pages: 3), at);
        }

        Assert.Equal((CustomerState.MaxAccounts, 200), (customer.Accounts.Count, customer.AccountCount));
        Assert.Equal(CustomerState.DaysKept, customer.Days.Count);
        Assert.Equal(CustomerState.MaxSessions, customer.Sessions.Count);
        Assert.True(customer.Days.SelectMany(d => d.Spent!.Keys).Distinct(StringComparer.Ordinal).Count() <= CustomerState.MaxCurrencies);
        Assert.True(Define("it", Is("spent_minor_90d", "ge", ContractErrors.MaxAmountMinor, "EUR")).Has(customer, Noon.AddDays(199), isIn: false));
        Assert.InRange(JsonSerializer.SerializeToUtf8Bytes(customer).Length, 1, 16_384);
    }

    static SegmentCondition Read(string condition) => JsonSerializer.Deserialize<SegmentCondition>(condition, JsonSerializerOptions.Web)!;

    static CustomerState Customer()
    {
        var customer = new CustomerState();
        var profile = Profile(1, "c", 2, Noon, since: Noon.AddDays(-10), country: "DE", consent: false, attributes: ("channel", "app"));
        customer.Take(Updated(1, "c", Noon, profile), Noon);
        customer.Take(Updated(2, "c", Noon, Profile(2, "c", 1, Noon, country: "FR")), Noon);
        customer.Take(Opened(3, "c", Noon.AddDays(-9), "one"), Noon);
        customer.Take(Opened(4, "c", Noon.AddDays(-3), "two"), Noon);
        customer.Take(Sent(5, "c", Noon.AddDays(-2), 300), Noon);
        customer.Take(Sent(6, "c", Noon.AddDays(-2).AddHours(-1), 400), Noon);
        customer.Take(Observed(7, "c", Noon.AddHours(-1), started: Noon.AddHours(-2), pages: 4), Noon);
        customer.Take(Observed(8, "c", Noon.AddHours(-2), started: Noon.AddHours(-2), first: true), Noon);
        return customer;
    }
}
