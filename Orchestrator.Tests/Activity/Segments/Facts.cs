using System.Text.Json;
using Orchestrator.Activity.Segments;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Activity;
using Orchestrator.Contracts.Customers;

namespace Orchestrator.Tests.Activity.Segments;

/// <summary>Facts about customers, and definitions of segments, as tests write them.</summary>
static class Facts
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    public static Guid Id(int n) => new($"018f4e2b-5000-7000-8000-{n:x12}");

    public static CustomerFact Opened(int id, string customer, DateTimeOffset at, string? account = null) =>
        new(Id(id), customer, CustomerFactKind.AccountOpened, at, AccountId: account ?? $"{customer}-{id}");

    public static CustomerFact Sent(int id, string customer, DateTimeOffset at, long amountMinor = 100, string currency = "EUR") =>
        new(Id(id), customer, CustomerFactKind.MoneySent, at, $"{customer}-account", amountMinor, currency);

    public static CustomerFact Updated(int id, string customer, DateTimeOffset at, CustomerProfileUpdated profile) =>
        new(Id(id), customer, CustomerFactKind.ProfileUpdated, at, Profile: profile);

    public static CustomerProfileUpdated Profile(
        int id, string customer, long version, DateTimeOffset at, DateTimeOffset? since = null, string? country = null, string? tier = null, bool? consent = null,
        string account = "account", params (string Key, string Value)[] attributes) => new(
            Id(id), account, customer, version, at, since, country, tier, consent,
            attributes.Length == 0 ? null : attributes.ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal));

    public static CustomerFact Observed(int id, string customer, DateTimeOffset at, string visitor = "visitor", DateTimeOffset? started = null, bool first = false, int pages = 1) =>
        new(Id(id), customer, CustomerFactKind.Observed, at, Observed: Seen(id, customer, at, visitor, started, first, pages));

    public static CustomerObserved Seen(
        int id, string customer, DateTimeOffset at, string visitor = "visitor", DateTimeOffset? started = null, bool first = false, int pages = 1) =>
        new(Id(id), visitor, customer, at, started ?? at, first, pages, pages, SessionsInHour: 1, NewDevice: false);

    public static SegmentCondition Is(string field, string op, object value, string? currency = null) =>
        new(Field: field, Op: op, Currency: currency, Value: JsonSerializer.SerializeToElement(value));

    public static SegmentCondition All(params SegmentCondition[] conditions) => new(All: conditions);

    public static SegmentCondition Any(params SegmentCondition[] conditions) => new(Any: conditions);

    public static SegmentCondition Not(SegmentCondition condition) => new(Not: condition);

    public static SegmentDefinition Define(string name, SegmentCondition condition, int version = 1, bool active = true)
    {
        var errors = new ContractErrors();
        var definition = SegmentDefinition.Compile(name, version, new SegmentContent(active, name, condition), errors);
        Assert.Empty(errors.All);
        return definition!;
    }

    public static SegmentsInForce InForce(long clock, params IEnumerable<SegmentDefinition> definitions) =>
        new(clock, [.. definitions.OrderBy(d => d.Name, StringComparer.Ordinal)]);
}
