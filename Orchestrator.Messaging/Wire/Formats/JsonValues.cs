using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Orchestrator.Messaging.Schemas;

namespace Orchestrator.Messaging.Wire.Formats;

/// <summary>Values as JSON has them, on their way to and from other formats.</summary>
static class JsonValues
{
    /// <summary>The most bytes of JSON that a message of another format may unfold to; a body of its kind is accepted up to a quarter of that.</summary>
    public const int MaxBytes = 4 * LaneMessageReader.MaxBodyBytes;

    static readonly DateOnly Epoch = new(1970, 1, 1);

    /// <summary>Whether there is a value.</summary>
    public static bool IsThere(JsonElement value) => value.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    /// <summary>A text as UTF-8.</summary>
    public static ReadOnlySpan<byte> Text(JsonElement value)
    {
        if (value.ValueKind is not JsonValueKind.String)
            throw Mismatch(value, "a text");
        var raw = JsonMarshal.GetRawUtf8Value(value)[1..^1];
        return raw.Contains((byte)'\\') ? Encoding.UTF8.GetBytes(value.GetString()!) : raw;
    }

    /// <summary>A whole number of 64 bits.</summary>
    public static long Whole(JsonElement value) => value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var number) ? number : throw Mismatch(value, "a whole number");

    /// <summary>A whole number of 32 bits.</summary>
    public static int Whole32(JsonElement value) => value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw Mismatch(value, "a whole number of 32 bits");

    /// <summary>A floating-point number.</summary>
    public static double Real(JsonElement value) => value.ValueKind is JsonValueKind.Number && value.TryGetDouble(out var number) ? number : throw Mismatch(value, "a number");

    /// <summary>Yes or no.</summary>
    public static bool Boolean(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Mismatch(value, "true or false"),
    };

    /// <summary>Bytes, from base64.</summary>
    public static byte[] Bytes(JsonElement value) => value.ValueKind is JsonValueKind.String && value.TryGetBytesFromBase64(out var bytes) ? bytes : throw Mismatch(value, "base64");

    /// <summary>An instant.</summary>
    public static DateTimeOffset Instant(JsonElement value) =>
        value.ValueKind is JsonValueKind.String && value.TryGetDateTimeOffset(out var instant) ? instant : throw Mismatch(value, "an instant");

    /// <summary>A day, as days since 1970.</summary>
    public static int Day(JsonElement value) =>
        value.ValueKind is JsonValueKind.String && DateOnly.TryParseExact(value.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day.DayNumber - Epoch.DayNumber
            : throw Mismatch(value, "a day");

    /// <summary>The day so many days after 1970 began; null when the calendar has none.</summary>
    public static DateOnly? Day(long days) =>
        days + Epoch.DayNumber is var number && number >= DateOnly.MinValue.DayNumber && number <= DateOnly.MaxValue.DayNumber ? DateOnly.FromDayNumber((int)number) : null;

    /// <summary>A day as JSON has it.</summary>
    public static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>The instant so many ticks after 1970 began; null when there is none.</summary>
    public static DateTimeOffset? Instant(Int128 ticks) =>
        ticks + DateTimeOffset.UnixEpoch.Ticks is var all && all >= 0 && all <= DateTimeOffset.MaxValue.Ticks ? new DateTimeOffset((long)all, TimeSpan.Zero) : null;

    /// <summary>A value that is not what the message's own schema says.</summary>
    public static SchemaException Mismatch(JsonElement value, string expected) => new("body_not_of_schema", $"{value.ValueKind} where {expected} is expected");

    /// <summary>Sees to it that a small body does not unfold to a large one.</summary>
    public static void Bound(Utf8JsonWriter json)
    {
        if (json.BytesCommitted + json.BytesPending > MaxBytes)
            throw new BadMessageException(BadMessageCodes.TooLarge, $"more than {MaxBytes} bytes of JSON");
    }
}
