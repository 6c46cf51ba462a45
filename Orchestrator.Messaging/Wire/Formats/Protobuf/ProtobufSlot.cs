using System.Text;
using System.Text.Json;

namespace Orchestrator.Messaging.Wire.Formats.Protobuf;

/// <summary>A field of a message: one value, several, or values by text keys.</summary>
/// <param name="Name">Its name in JSON.</param>
/// <param name="Number">Its number.</param>
/// <param name="Many">Whether it holds one or several.</param>
/// <param name="Value">What is in it.</param>
/// <param name="IsOptional">Whether it may be missing. A list or a map is in a message of its own then.</param>
sealed record ProtobufSlot(string Name, int Number, ProtobufMany Many, ProtobufValue Value, bool IsOptional)
{
    const int EntryKey = (1 << 3) | ProtobufValue.Delimited;

    /// <summary>The name, ready to be written.</summary>
    public JsonEncodedText EncodedName { get; } = JsonEncodedText.Encode(Name);

    /// <summary>Whether it is a message that holds the list or map.</summary>
    public bool IsWrapped => IsOptional && Many is not ProtobufMany.One;

    /// <summary>Its wire type: what holds several is delimited, as numbers are packed.</summary>
    public int WireType => Many is ProtobufMany.Map || IsWrapped ? ProtobufValue.Delimited : Value.WireType;

    bool IsPacked => Many is ProtobufMany.List && Value.WireType is not ProtobufValue.Delimited;

    /// <summary>Writes the field, if there is anything to write.</summary>
    public void Write(JsonElement value, BinaryOutput output)
    {
        if (!JsonValues.IsThere(value))
        {
            if (!IsOptional)
                throw JsonValues.Mismatch(value, $"field {Name}");
        }
        else if (IsWrapped)
        {
            Tag(Number, ProtobufValue.Delimited, output);
            var began = output.BeginDelimited();
            WriteMany(1, value, output);
            output.EndDelimited(began);
        }
        else if (Many is not ProtobufMany.One)
        {
            WriteMany(Number, value, output);
        }
        else if (IsOptional || !Value.IsZero(value))
        {
            Tag(Number, Value.WireType, output);
            Value.Write(value, output);
        }
    }

    /// <summary>Reads what was met of it.</summary>
    /// <param name="met">The bytes of each time that it was met, in order; none when it was not.</param>
    /// <param name="body">What they are in.</param>
    /// <param name="json">Gets the field, if there is one to be written.</param>
    public void Read(ReadOnlySpan<ProtobufMet> met, ReadOnlySpan<byte> body, Utf8JsonWriter json)
    {
        if (Many is ProtobufMany.One)
        {
            ReadOne(met, body, json);
        }
        else if (!IsWrapped)
        {
            json.WritePropertyName(EncodedName);
            ReadMany(met, body, json);
        }
        else if (met.Length > 0)
        {
            // In a message with a field of its own; one that was met several times is all of them together.
            var inner = Together(met, body);
            json.WritePropertyName(EncodedName);
            ReadMany(ProtobufRecord.Meet(inner, this), inner, json);
        }
    }

    void ReadOne(ReadOnlySpan<ProtobufMet> met, ReadOnlySpan<byte> body, Utf8JsonWriter json)
    {
        if (met.Length == 0)
        {
            if (!IsOptional)
                Value.TryWriteZero(EncodedName, json);
            return;
        }
        // A message that was met several times is all of them together; of anything else the last counts.
        var bytes = Value is ProtobufValue.Message or ProtobufValue.Instant && met.Length > 1 ? Together(met, body) : met[^1].In(body);
        if (Value.SaysNothing(bytes))
            return;
        json.WritePropertyName(EncodedName);
        Value.Read(bytes, json);
    }

    void ReadMany(ReadOnlySpan<ProtobufMet> met, ReadOnlySpan<byte> body, Utf8JsonWriter json)
    {
        if (Many is ProtobufMany.Map)
        {
            ReadEntries(met, body, json);
            return;
        }
        json.WriteStartArray();
        foreach (var one in met)
        {
            if (one.IsPacked)
                ReadPacked(one.In(body), json);
            else
                Value.Read(one.In(body), json);
            JsonValues.Bound(json);
        }
        json.WriteEndArray();
    }

    void ReadPacked(ReadOnlySpan<byte> bytes, Utf8JsonWriter json)
    {
        var input = new BinaryCursor(bytes, ProtobufValue.Code);
        while (input.Left > 0)
        {
            var from = input.Position;
            ProtobufRecord.PassOver(Value.WireType, ref input);
            Value.Read(bytes[from..input.Position], json);
            JsonValues.Bound(json);
        }
    }

    // Of entries with the same key the last counts.
    void ReadEntries(ReadOnlySpan<ProtobufMet> met, ReadOnlySpan<byte> body, Utf8JsonWriter json)
    {
        var entries = new OrderedDictionary<string, ProtobufMet?>(StringComparer.Ordinal);
        foreach (var one in met)
        {
            var (key, value) = Entry(one, body);
            entries[key] = value;
        }
        json.WriteStartObject();
        foreach (var (key, value) in entries)
        {
            if (value is { } there)
            {
                json.WritePropertyName(key);
                Value.Read(there.In(body), json);
            }
            else if (!Value.TryWriteZero(JsonEncodedText.Encode(key), json))
            {
                throw new BadMessageException(BadMessageCodes.WrongShape, $"an entry of {Name} without a value");
            }
            JsonValues.Bound(json);
        }
        json.WriteEndObject();
    }

    (string Key, ProtobufMet? Value) Entry(in ProtobufMet entry, ReadOnlySpan<byte> body)
    {
        var (key, value) = ("", (ProtobufMet?)null);
        var bytes = entry.In(body);
        var input = new BinaryCursor(bytes, ProtobufValue.Code);
        while (input.Left > 0)
        {
            var tag = input.Varint();
            if (tag == EntryKey)
            {
                key = Encoding.UTF8.GetString(input.TakeText((long)input.Varint()));
                continue;
            }
            if (tag == (uint)((2 << 3) | Value.WireType))
            {
                var met = ProtobufRecord.Meet(slot: 0, Value.WireType, ref input, isPacked: false);
                value = met with { Start = met.Start + entry.Start };
                continue;
            }
            ProtobufRecord.PassOver((int)(tag & 7), ref input);
        }
        return (key, value);
    }

    void WriteMany(int number, JsonElement value, BinaryOutput output)
    {
        if (Many is ProtobufMany.Map)
        {
            WriteEntries(number, value, output);
            return;
        }
        if (value.ValueKind is not JsonValueKind.Array)
            throw JsonValues.Mismatch(value, "a list");
        if (IsPacked && value.GetArrayLength() > 0)
        {
            Tag(number, ProtobufValue.Delimited, output);
            var began = output.BeginDelimited();
            foreach (var item in value.EnumerateArray())
                Value.Write(item, output);
            output.EndDelimited(began);
            return;
        }
        foreach (var item in value.EnumerateArray())
        {
            Tag(number, Value.WireType, output);
            Value.Write(item, output);
        }
    }

    void WriteEntries(int number, JsonElement value, BinaryOutput output)
    {
        if (value.ValueKind is not JsonValueKind.Object)
            throw JsonValues.Mismatch(value, "an object");
        foreach (var entry in value.EnumerateObject())
        {
            Tag(number, ProtobufValue.Delimited, output);
            var began = output.BeginDelimited();
            var key = Encoding.UTF8.GetBytes(entry.Name);
            output.Varint(EntryKey);
            output.Varint((ulong)key.Length);
            output.Bytes(key);
            Tag(2, Value.WireType, output);
            Value.Write(entry.Value, output);
            output.EndDelimited(began);
        }
    }

    static byte[] Together(ReadOnlySpan<ProtobufMet> met, ReadOnlySpan<byte> body)
    {
        var all = new BinaryOutput();
        foreach (var one in met)
            all.Bytes(one.In(body));
        return all.ToArray();
    }

    static void Tag(int number, int wireType, BinaryOutput output) => output.Varint(((ulong)number << 3) | (uint)wireType);
}

/// <summary>How many values a field has.</summary>
enum ProtobufMany
{
    /// <summary>One.</summary>
    One,

    /// <summary>A list.</summary>
    List,

    /// <summary>Values by text keys.</summary>
    Map,
}
