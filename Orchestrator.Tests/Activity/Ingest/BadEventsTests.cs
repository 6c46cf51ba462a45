using System.Text;
using System.Text.Json;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Activity;
using Orchestrator.Tests.Api;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Activity.Ingest;

/// <summary>Bad messages among the events of visitors, against the whole service: each parks under its name, is counted, and no other event waits for it.</summary>
[Collection(ApiCollection.Name)]
public sealed class BadEventsTests(ApiFixture api)
{
    const string Type = "orchestrator.activity.recorded.v1";
    const string Visitor = "bad-events-v1";

    static readonly (string Code, string? Key, string Type, string Body)[] Kinds =
    [
        ("not_json", Visitor, Type, "this is not JSON"),
        ("wrong_shape", Visitor, Type, """{ "eventId": "018f4e2b-3100-7000-8000-000000000001", "type": "stare", "visitorId": "bad-events-v1", "createdAt": "2026-03-04T12:00:00Z" }"""),
        ("invalid", Visitor, Type, """{ "eventId": "018f4e2b-3100-7000-8000-000000000002", "type": "page_view", "visitorId": "bad-events-v1", "createdAt": "2026-03-04T12:00:00Z" }"""),
        ("wrong_key", "bad-events-v2", Type, """{ "eventId": "018f4e2b-3100-7000-8000-000000000003", "type": "click", "visitorId": "bad-events-v1", "createdAt": "2026-03-04T12:00:00Z" }"""),
        ("missing_key", null, Type, """{ "eventId": "018f4e2b-3100-7000-8000-000000000004", "type": "click", "visitorId": "bad-events-v1", "createdAt": "2026-03-04T12:00:00Z" }"""),
        ("unknown_type", Visitor, "orchestrator.nobody.knows.v1", "{}"),
    ];

    [Fact]
    public async Task Bad_events_when_published_do_park_by_name_and_hold_nothing_up()
    {
        var before = await ParkedAsync();
        var earlier = await LatestAsync();

        for (var n = 0; n < Kinds.Length; n++)
        {
            var (_, key, type, body) = Kinds[n];
            await api.ProduceAsync(
                Topics.UserActivity, key is null ? null : Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(body), ("ce_id", Encoding.UTF8.GetBytes($"018f4e2b-3100-7000-8000-0000000001{n:00}")),
                ("ce_type", Encoding.UTF8.GetBytes(type)), ("ce_source", "/tests"u8.ToArray()));
        }
        var good = new Guid("018f4e2b-3100-7000-8000-0000000000ff");
        await api.PublishAsync(new ActivityRecorded(good, ActivityType.PageView, Visitor, TimeProvider.System.GetUtcNow(), Url: "/bad-events"), good);

        await Eventually.HoldsAsync("the event behind them counts", async () => await api.ScalarAsync<long>($"select count(*) from activity.session where visitor_id = '{Visitor}'") == 1);
        await Eventually.HoldsAsync("each of them is parked", async () => await ParkedAsync() - before == Kinds.Length);
        var items = (await api.GetAsync("/v1/parked?limit=500")).Json.GetProperty("items").EnumerateArray()
            .Where(i => i.GetProperty("parkedId").GetInt64() > earlier && Text(i, "group") == "activity" && Text(i, "topic") == Topics.UserActivity).ToList();
        Assert.Equal(Kinds.Select(k => k.Code).Order(StringComparer.Ordinal), items.Select(i => Text(i, "errorCode")!).Order(StringComparer.Ordinal));
    }

    Task<long> ParkedAsync() => api.ScalarAsync<long>($"select count(*) from messaging.parked where topic = '{Topics.UserActivity}'");

    Task<long> LatestAsync() => api.ScalarAsync<long>("select coalesce(max(parked_id), 0)::bigint from messaging.parked");

    static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;
}
