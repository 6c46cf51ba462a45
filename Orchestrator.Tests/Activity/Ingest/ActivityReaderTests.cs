using System.Net;
using System.Text;
using CsCheck;
using Orchestrator.Api.Activity.Ingest;
using Orchestrator.Api.Problems;
using Orchestrator.Contracts.Activity;

namespace Orchestrator.Tests.Activity.Ingest;

/// <summary>Bodies of requests: good events are taken, and each bad one is named.</summary>
public sealed class ActivityReaderTests
{
    const string Good = """{ "eventId": "018f4e2b-3000-7000-8000-000000000001", "type": "page_view", "visitorId": "v1", "createdAt": "2026-03-04T11:59:50Z", "url": "/cart?x=1" }""";

    static readonly DateTimeOffset Received = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);
    static readonly Guid MadeUp = new("018f4e2b-3000-7000-8000-0000000000ff");

    static ReadEvents Read(string body, string? userAgent = "Browser/1.0") =>
        new ActivityReader(() => MadeUp, "last_octet").Read(Encoding.UTF8.GetBytes(body), new Arrival(Received, userAgent, IPAddress.Parse("203.0.113.77")));

    static string[] Refused(string body) => [.. Read(body).Refused.SelectMany(r => r.Errors.Select(e => $"{r.Index} {e.Code} {e.Field}"))];

    [Fact]
    public void Event_when_it_is_alone_is_taken_with_what_the_service_knows_of_it()
    {
        var taken = Assert.Single(Read(Good).Taken);

        Assert.Equal(
            new ActivityRecorded(
                new Guid("018f4e2b-3000-7000-8000-000000000001"), ActivityType.PageView, "v1", Received.AddSeconds(-10), Url: "/cart?x=1", UserAgent: "Browser/1.0", Ip: "203.0.113.0",
                ReceivedAt: Received),
            taken);
    }

    [Fact]
    public void Event_when_it_has_no_id_and_no_time_is_given_both()
    {
        var taken = Assert.Single(Read("""{ "type": "custom", "name": "login", "visitorId": "v1", "customerId": "c1", "properties": { "how": "password" } }""").Taken);

        Assert.Equal((MadeUp, Received, "password"), (taken.EventId, taken.CreatedAt, taken.Properties!["how"]));
    }

    [Theory]
    [InlineData("""{ "sentAt": "2026-03-04T15:00:00Z", "events": [ $ ] }""")]
    [InlineData("""{ "events": [ $ ], "sentAt": "2026-03-04T15:00:00Z", "unknown": { "events": [ 1 ] } }""")]
    [InlineData("""{ "events": [ { "sentAt": "2026-03-04T15:00:00Z", "type": "click", "visitorId": "v1", "createdAt": "2026-03-04T11:59:50Z" } ], "sentAt": null }""")]
    public void Events_when_a_time_of_sending_is_there_are_put_right_by_it(string batch)
    {
        var taken = Assert.Single(Read(batch.Replace("$", Good, StringComparison.Ordinal)).Taken);

        Assert.Equal((new DateTimeOffset(2026, 3, 4, 8, 59, 50, TimeSpan.Zero), new DateTimeOffset(2026, 3, 4, 15, 0, 0, TimeSpan.Zero)), (taken.CreatedAt, taken.SentAt));
    }

    [Theory]
    [InlineData("{}", "0 missing_field type")]
    [InlineData("""{ "type": "page_view", "visitorId": "v1" }""", "0 missing_field url")]
    [InlineData("""{ "type": "custom", "visitorId": "v1" }""", "0 missing_field name")]
    [InlineData("""{ "type": "click" }""", "0 invalid_visitor_id visitorId")]
    [InlineData("""{ "type": "click", "visitorId": "a b" }""", "0 invalid_visitor_id visitorId")]
    [InlineData("""{ "type": "stare", "visitorId": "v1" }""", "0 wrong_type type")]
    [InlineData("""{ "type": 1, "visitorId": "v1" }""", "0 wrong_type type")]
    [InlineData("""{ "type": "click", "visitorId": 7 }""", "0 wrong_type visitorId")]
    [InlineData("""{ "type": "click", "visitorId": "v1", "visitorId": "v2" }""", "0 wrong_type visitorId")]
    [InlineData("""{ "type": "click", "visitorId": "v1", "eventId": "x" }""", "0 wrong_type eventId")]
    [InlineData("""{ "type": "click", "visitorId": "v1", "eventId": "00000000-0000-0000-0000-000000000000" }""", "0 missing_id eventId")]
    [InlineData("""{ "type": "click", "visitorId": "v1", "createdAt": "1812-01-01T00:00:00Z" }""", "0 time_out_of_range createdAt")]
    [InlineData("""{ "type": "click", "visitorId": "v1", "createdAt": "9999-01-01T00:00:00Z" }""", "0 time_out_of_range createdAt")]
    [InlineData("""{ "type": "click", "visitorId": "v1", "sentAt": "2026-03-07T00:00:00Z" }""", "0 clock_skew sentAt")]
    [InlineData("""{ "type": "click", "visitorId": "v1", "title": "a\u0000b" }""", "0 control_characters title")]
    public void Event_when_it_cannot_be_taken_is_named(string body, string error)
    {
        Assert.Contains(error, Refused(body));
        Assert.Empty(Read(body).Taken);
    }

    [Fact]
    public void Events_when_some_are_bad_are_taken_but_for_those()
    {
        var read = Read($$"""{ "events": [ {{Good}}, 7, null, { "type": [ { "a": [] } ] }, {}, "x", [ {{Good}} ], {{Good}} ] }""");

        Assert.Equal(2, read.Taken.Count);
        Assert.Equal([1, 2, 3, 4, 5, 6], read.Refused.Select(r => r.Index));
        Assert.Equal(["wrong_type", "missing_field", "wrong_type", "missing_field", "wrong_type", "wrong_type"], read.Refused.Select(r => r.Errors[0].Code));
    }

    [Theory]
    [InlineData("", "not_json")]
    [InlineData("{", "not_json")]
    [InlineData("{} {}", "not_json")]
    [InlineData("""{ "events": [ {} """, "not_json")]
    [InlineData("""{ "events": [ {}, ] }""", "not_json")]
    [InlineData("[]", "wrong_shape")]
    [InlineData("null", "wrong_shape")]
    [InlineData("""{ "events": {} }""", "wrong_shape")]
    [InlineData("""{ "events": [], "sentAt": "yesterday" }""", "wrong_shape")]
    [InlineData("""{ "events": [], "sentAt": 7 }""", "wrong_shape")]
    public void Body_when_it_is_no_list_of_events_is_refused_whole(string body, string problem) =>
        Assert.Equal($"/problems/{problem}", Assert.Throws<ApiProblemException>(() => Read(body)).Details.Type);

    [Fact]
    public void Body_when_it_has_more_events_than_may_come_at_once_is_refused_whole()
    {
        Assert.Equal(ActivityReader.Most, Read(Batch(ActivityReader.Most)).Taken.Count);
        Assert.Equal("/problems/invalid", Assert.Throws<ApiProblemException>(() => Read(Batch(ActivityReader.Most + 1))).Details.Type);

        static string Batch(int count) => $$"""{ "events": [ {{string.Join(',', Enumerable.Repeat(Good, count))}} ] }""";
    }

    [Fact]
    public void Body_whatever_is_in_it_is_read_or_refused_by_name() =>
        Gen.Select(Gen.Int[0, Good.Length + 20], Gen.Byte, Gen.Int[0, Good.Length]).Sample((at, value, length) =>
        {
            var body = Encoding.UTF8.GetBytes($$"""{ "events": [ {{Good}} ] }""");
            body[at % body.Length] = value;
            try
            {
                var read = new ActivityReader(() => MadeUp, "none").Read(length % 7 == 0 ? body.AsSpan(0, length) : body, new Arrival(Received, null, null));
                Assert.True(read.Taken.Count + read.Refused.Count <= 1);
                Assert.All(read.Taken, e => Assert.True(Contracts.ContractErrors.Of(e).None));
            }
            catch (ApiProblemException)
            {
                // By name, that is.
            }
        });

    [Fact]
    public void Browser_when_it_names_itself_at_length_is_cut_short_and_when_it_is_strange_left_out()
    {
        Assert.Equal(512, Read(Good, new string('x', 3_000)).Taken[0].UserAgent!.Length);
        Assert.Null(Read(Good, "a\tb").Taken[0].UserAgent);
        Assert.Null(Read(Good, null).Taken[0].UserAgent);
    }
}
