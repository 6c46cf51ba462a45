using System.Text;
using System.Text.Json;
using CsCheck;
using Orchestrator.Contracts.Activity;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Tests.Activity.Ingest;

/// <summary>Reading events fast comes to the same as reading them closely, and leaves alone what it should.</summary>
public sealed class QuickReadingTests
{
    static readonly MessageContract Contract = ContractCatalog.All.Single(c => c.Type == typeof(ActivityRecorded));

    static readonly string?[] Texts = [null, null, "Mozilla/5.0", "Größe \"x\" \\ /", "\u20ac\ud83d\ude00", ""];

    static readonly Gen<string?> AnyText =
        from any in Gen.String[Gen.Char['\u0001', '\ud7ff'], 0, 20]
        from which in Gen.Int[0, Texts.Length + 2]
        select which < Texts.Length ? Texts[which] : any;

    static readonly Gen<DateTimeOffset> AnyTime = Gen.Long[0, 4_000_000_000_000].Select(DateTimeOffset.FromUnixTimeMilliseconds);

    static readonly Gen<ActivityRecorded> AnyEvent =
        from id in Gen.Guid
        from type in Gen.Enum<ActivityType>()
        from texts in AnyText.Array[11]
        from created in AnyTime
        from other in AnyTime
        from times in Gen.Int[0, 3]
        select new ActivityRecorded(
            id, type, texts[0] ?? "v", created, texts[1], texts[2], texts[3], texts[4], texts[5], texts[6], texts[7], texts[8], texts[9], texts[10],
            (times & 1) == 0 ? null : other, (times & 2) == 0 ? null : other);

    static ActivityRecorded? Quick(byte[] json) => (ActivityRecorded?)Contract.Quick!(json);

    [Fact]
    public void Event_when_it_is_read_fast_is_the_same() => AnyEvent.Sample(recorded =>
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(recorded, ContractJson.Default.ActivityRecorded);
        Assert.Equal(JsonSerializer.Deserialize(json, ContractJson.Default.ActivityRecorded), Quick(json));
    });

    [Fact]
    public void Event_when_it_is_damaged_is_read_as_whoever_looks_closely_reads_it_or_left_alone() =>
        Gen.Select(AnyEvent, Gen.Int[0, 2_000], Gen.Byte, Gen.Bool).Sample((recorded, at, value, cut) =>
        {
            var json = JsonSerializer.SerializeToUtf8Bytes(recorded, ContractJson.Default.ActivityRecorded);
            json[at % json.Length] = value;
            if (cut)
                json = json[..(at % json.Length)];
            if (Quick(json) is { } quick)
                Assert.Equal(JsonSerializer.Deserialize(json, ContractJson.Default.ActivityRecorded), quick);
        });

    [Theory]
    [InlineData("""{"eventId":"018f4e2b-3300-7000-8000-000000000001","type":"click","visitorId":"v","createdAt":"2026-01-01T00:00:00Z","properties":{"a":"b"}}""")]
    [InlineData("""{"eventId":"018f4e2b-3300-7000-8000-000000000001","type":"click","visitorId":"v","createdAt":"2026-01-01T00:00:00Z","VISITORID":"w"}""")]
    [InlineData("""{"eventId":"018f4e2b-3300-7000-8000-000000000001","type":"click","visitorId":"v","createdAt":"2026-01-01T00:00:00Z","url":null}""")]
    [InlineData("""{"eventId":"018f4e2b-3300-7000-8000-000000000001","type":"Click","visitorId":"v","createdAt":"2026-01-01T00:00:00Z"}""")]
    [InlineData("""{"eventId":"018f4e2b-3300-7000-8000-000000000001","type":"click","visitorId":"v","visitorId":"v","createdAt":"2026-01-01T00:00:00Z"}""")]
    [InlineData("""{"eventId":"018f4e2b-3300-7000-8000-000000000001","type":"click","createdAt":"2026-01-01T00:00:00Z"}""")]
    [InlineData("""{"eventId":"018f4e2b-3300-7000-8000-000000000001","type":"click","visitorId":"v","createdAt":"2026-01-01T00:00:00Z"} x""")]
    [InlineData("[]")]
    [InlineData("")]
    public void Event_when_it_is_out_of_the_ordinary_is_left_alone(string json) => Assert.Null(Quick(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Text_when_it_is_no_text_is_left_alone() =>
        Assert.Null(Quick(
            [.. "{\"eventId\":\"018f4e2b-3300-7000-8000-000000000001\",\"type\":\"click\",\"visitorId\":\"v\",\"createdAt\":\"2026-01-01T00:00:00Z\",\"userAgent\":\""u8, 0xff, (byte)'"', (byte)'}']));
}
