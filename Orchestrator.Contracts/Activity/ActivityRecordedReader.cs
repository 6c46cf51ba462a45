using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Contracts.Activity;

/// <summary>
/// Reads events as they are nearly all written, several times as fast as what reads any message: they come by the hundred thousand. Whatever is out of the ordinary it leaves alone, so nothing
/// is taken or refused here that would not be there.
/// </summary>
static class ActivityRecordedReader
{
    [ThreadStatic]
    static RepeatedTexts? s_repeated;

    /// <summary>Reads an event.</summary>
    /// <returns>Null when it has to be looked at closely.</returns>
    public static object? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var fields = default(Fields);
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (!Field(ref reader, ref fields, s_repeated ??= new RepeatedTexts()))
                    return null;
            }
            return reader.TokenType == JsonTokenType.EndObject && !reader.Read() ? fields.Recorded() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            return null;
        }
    }

    static bool Field(ref Utf8JsonReader reader, ref Fields fields, RepeatedTexts repeated)
    {
        if (reader.ValueIsEscaped)
            return false;
        var name = reader.ValueSpan;
        return name.Length switch
        {
            2 when name.SequenceEqual("ip"u8) => Repeated(ref reader, ref fields.Ip, repeated),
            3 when name.SequenceEqual("url"u8) => Text(ref reader, ref fields.Url),
            4 when name.SequenceEqual("type"u8) => Type(ref reader, ref fields.Type),
            4 when name.SequenceEqual("name"u8) => Text(ref reader, ref fields.Name),
            5 when name.SequenceEqual("title"u8) => Repeated(ref reader, ref fields.Title, repeated),
            6 when name.SequenceEqual("sentAt"u8) => Time(ref reader, ref fields.SentAt),
            7 when name.SequenceEqual("eventId"u8) => Id(ref reader, ref fields.EventId),
            7 when name.SequenceEqual("element"u8) => Text(ref reader, ref fields.Element),
            8 when name.SequenceEqual("referrer"u8) => Repeated(ref reader, ref fields.Referrer, repeated),
            8 when name.SequenceEqual("deviceId"u8) => Text(ref reader, ref fields.DeviceId),
            9 when name.SequenceEqual("visitorId"u8) => Text(ref reader, ref fields.VisitorId),
            9 when name.SequenceEqual("createdAt"u8) => Time(ref reader, ref fields.CreatedAt),
            9 when name.SequenceEqual("userAgent"u8) => Repeated(ref reader, ref fields.UserAgent, repeated),
            9 when name.SequenceEqual("sessionId"u8) => Text(ref reader, ref fields.SessionId),
            10 when name.SequenceEqual("customerId"u8) => Text(ref reader, ref fields.CustomerId),
            10 when name.SequenceEqual("receivedAt"u8) => Time(ref reader, ref fields.ReceivedAt),
            _ => false,
        };
    }

    // A field that is there twice is for others to refuse, and so is one that is null where it must not be.
    static bool Text(ref Utf8JsonReader reader, ref string? field)
    {
        if (field is not null || !reader.Read() || reader.TokenType != JsonTokenType.String)
            return false;
        field = reader.GetString();
        return true;
    }

    static bool Repeated(ref Utf8JsonReader reader, ref string? field, RepeatedTexts repeated)
    {
        if (field is not null || !reader.Read() || reader.TokenType != JsonTokenType.String)
            return false;
        field = reader.ValueIsEscaped ? reader.GetString() : repeated.Get(reader.ValueSpan);
        return true;
    }

    static bool Time(ref Utf8JsonReader reader, ref DateTimeOffset? field) =>
        field is null && reader.Read() && reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var time) && Set(ref field, time);

    static bool Id(ref Utf8JsonReader reader, ref Guid? field) =>
        field is null && reader.Read() && reader.TokenType == JsonTokenType.String && reader.TryGetGuid(out var id) && Set(ref field, id);

    static bool Type(ref Utf8JsonReader reader, ref ActivityType? field)
    {
        if (field is not null || !reader.Read() || reader.TokenType != JsonTokenType.String || reader.ValueIsEscaped)
            return false;
        var name = reader.ValueSpan;
        ActivityType? type = name.SequenceEqual("page_view"u8) ? ActivityType.PageView
            : name.SequenceEqual("click"u8) ? ActivityType.Click
            : name.SequenceEqual("page_ping"u8) ? ActivityType.PagePing
            : name.SequenceEqual("custom"u8) ? ActivityType.Custom : null;
        field = type;
        return type is not null;
    }

    static bool Set<T>(ref T? field, T value) where T : struct
    {
        field = value;
        return true;
    }

    [StructLayout(LayoutKind.Auto)]
    struct Fields
    {
        public Guid? EventId;
        public ActivityType? Type;
        public DateTimeOffset? CreatedAt;
        public DateTimeOffset? SentAt;
        public DateTimeOffset? ReceivedAt;
        public string? VisitorId;
        public string? CustomerId;
        public string? SessionId;
        public string? Url;
        public string? Referrer;
        public string? Title;
        public string? Element;
        public string? DeviceId;
        public string? UserAgent;
        public string? Ip;
        public string? Name;

        public readonly ActivityRecorded? Recorded() => this is { EventId: { } id, Type: { } type, VisitorId: { } visitor, CreatedAt: { } created }
            ? new ActivityRecorded(id, type, visitor, created, CustomerId, SessionId, Url, Referrer, Title, Element, DeviceId, UserAgent, Ip, Name, SentAt, ReceivedAt)
            : null;
    }
}

/// <summary>
/// Texts that come again and again, such as the names of browsers: those that came lately are not made anew each time. A text has one place, which the last that belongs there has. One thread uses it.
/// </summary>
sealed class RepeatedTexts
{
    const int Places = 1_024;
    const int Longest = 512;

    readonly (byte[] Bytes, string Text)[] _places = new (byte[], string)[Places];

    /// <summary>The text of these bytes, UTF-8.</summary>
    public string Get(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is 0 or > Longest)
            return Encoding.UTF8.GetString(bytes);
        ref var place = ref _places[Place(bytes)];
        if (place.Bytes is { } known && bytes.SequenceEqual(known))
            return place.Text;
        // What is no UTF-8 is refused by whoever looks closely.
        var text = Strict.GetString(bytes);
        place = (bytes.ToArray(), text);
        return text;
    }

    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    static int Place(ReadOnlySpan<byte> bytes)
    {
        var hash = (uint)bytes.Length;
        foreach (var one in bytes[^Math.Min(bytes.Length, 48)..])
            hash = (hash * 31) + one;
        return (int)((hash ^ (hash >> 15)) % Places);
    }
}
