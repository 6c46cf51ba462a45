using System.Text.Json;
using Orchestrator.Messaging.Schemas.Compatibility.Avro;

namespace Orchestrator.Messaging.Wire.Formats.Avro;

/// <summary>Reads a value as its writer has written it in Avro's binary encoding, and writes it as the reader's JSON has it.</summary>
abstract class AvroValueReader
{
    /// <summary>Takes the value when it is null, so that its field may be left out.</summary>
    public virtual bool TryTakeNull(ref BinaryCursor input) => false;

    /// <summary>Takes it.</summary>
    /// <exception cref="BadMessageException">The bytes are no such value, or one that the reader does not take.</exception>
    public abstract void Read(ref BinaryCursor input, Utf8JsonWriter json);

    /// <summary>Nothing.</summary>
    public sealed class Null : AvroValueReader
    {
        public override bool TryTakeNull(ref BinaryCursor input) => true;

        public override void Read(ref BinaryCursor input, Utf8JsonWriter json) => json.WriteNullValue();
    }

    /// <summary>A single value.</summary>
    /// <param name="written">What the writer calls it.</param>
    /// <param name="read">What the reader takes it for: as it is written, or as an instant, a day, a text or bytes.</param>
    public sealed class Single(string written, string read) : AvroValueReader
    {
        public override void Read(ref BinaryCursor input, Utf8JsonWriter json)
        {
            switch (written)
            {
                case "boolean":
                    json.WriteBooleanValue(input.Byte() switch { 0 => false, 1 => true, _ => throw input.Bad("a boolean that is neither 0 nor 1") });
                    break;
                case "double":
                    json.WriteNumberValue(input.Double());
                    break;
                case "float":
                    json.WriteNumberValue((double)input.Float());
                    break;
                case "int" or "long":
                    Whole(ref input, json);
                    break;
                default:
                    Text(ref input, json);
                    break;
            }
        }

        void Whole(ref BinaryCursor input, Utf8JsonWriter json)
        {
            var value = input.ZigZag();
            if (written is "int" && value is < int.MinValue or > int.MaxValue)
                throw input.Bad("an int of more than 32 bits");
            if (read is "timestamp-micros")
                json.WriteStringValue(JsonValues.Instant((Int128)value * 10) ?? throw input.Bad("an instant beyond the year 9999, or before the first"));
            else if (read is "date")
                json.WriteStringValue(JsonValues.Text(JsonValues.Day(value) ?? throw input.Bad("a day beyond the year 9999, or before the first")));
            else
                json.WriteNumberValue(value);
        }

        void Text(ref BinaryCursor input, Utf8JsonWriter json)
        {
            var length = input.ZigZag();
            if (read is "bytes")
                json.WriteBase64StringValue(input.Take(length));
            else
                json.WriteStringValue(input.TakeText(length));
        }
    }

    /// <summary>A named value.</summary>
    /// <param name="name">The enum.</param>
    /// <param name="symbols">Those of the writer, as the reader calls them; null for one that it does not know.</param>
    public sealed class Named(string name, JsonEncodedText?[] symbols) : AvroValueReader
    {
        public override void Read(ref BinaryCursor input, Utf8JsonWriter json)
        {
            var index = input.ZigZag();
            if (index < 0 || index >= symbols.Length)
                throw input.Bad($"a {name} of number {index}");
            json.WriteStringValue(symbols[index] ?? throw new BadMessageException(BadMessageCodes.WrongShape, $"a value of {name} that is not known here"));
        }
    }

    /// <summary>A list.</summary>
    public sealed class List(AvroValueReader items) : AvroValueReader
    {
        public override void Read(ref BinaryCursor input, Utf8JsonWriter json)
        {
            json.WriteStartArray();
            while (Block(ref input) is > 0 and var count)
            {
                for (; count > 0; count--)
                {
                    items.Read(ref input, json);
                    JsonValues.Bound(json);
                }
            }
            json.WriteEndArray();
        }
    }

    /// <summary>Values by text keys.</summary>
    public sealed class Map(AvroValueReader values) : AvroValueReader
    {
        public override void Read(ref BinaryCursor input, Utf8JsonWriter json)
        {
            json.WriteStartObject();
            while (Block(ref input) is > 0 and var count)
            {
                for (; count > 0; count--)
                {
                    json.WritePropertyName(input.TakeText(input.ZigZag()));
                    values.Read(ref input, json);
                    JsonValues.Bound(json);
                }
            }
            json.WriteEndObject();
        }
    }

    /// <summary>One of several.</summary>
    /// <param name="branches">How the reader takes each of the writer's.</param>
    public sealed class Union(AvroValueReader[] branches) : AvroValueReader
    {
        public override bool TryTakeNull(ref BinaryCursor input)
        {
            var ahead = input;
            if (Branch(ref ahead) is not Null)
                return false;
            input = ahead;
            return true;
        }

        public override void Read(ref BinaryCursor input, Utf8JsonWriter json) => Branch(ref input).Read(ref input, json);

        AvroValueReader Branch(ref BinaryCursor input)
        {
            var index = input.ZigZag();
            return index >= 0 && index < branches.Length ? branches[index] : throw input.Bad($"branch {index} of a union of {branches.Length}");
        }
    }

    /// <summary>A record.</summary>
    /// <param name="fields">The writer's, in its order; without a reader where it is passed over.</param>
    public sealed class Record(IReadOnlyList<(JsonEncodedText Name, AvroType Written, AvroValueReader? Reader)> fields) : AvroValueReader
    {
        public override void Read(ref BinaryCursor input, Utf8JsonWriter json)
        {
            json.WriteStartObject();
            foreach (var (name, written, reader) in fields)
            {
                if (reader is null)
                {
                    AvroPassing.Over(written, ref input);
                }
                else if (!reader.TryTakeNull(ref input))
                {
                    json.WritePropertyName(name);
                    reader.Read(ref input, json);
                }
            }
            JsonValues.Bound(json);
            json.WriteEndObject();
        }
    }

    /// <summary>What the reader cannot take, should it come.</summary>
    public sealed class Refused(string why) : AvroValueReader
    {
        /// <summary>What stands between the two.</summary>
        public string Why => why;

        public override void Read(ref BinaryCursor input, Utf8JsonWriter json) => throw new BadMessageException(BadMessageCodes.SchemaNotRead, why);
    }

    /// <summary>How many items the next block of a list or map has. Where the count is negative, the block's length in bytes follows.</summary>
    public static long Block(ref BinaryCursor input)
    {
        var count = input.ZigZag();
        if (count >= 0)
            return count;
        input.ZigZag();
        return count == long.MinValue ? throw input.Bad("a block without end") : -count;
    }
}
