using System.Text;
using System.Text.Json;

namespace Orchestrator.Messaging.Wire.Formats.Protobuf;

/// <summary>A single value of a field, in JSON and on Protobuf's wire.</summary>
abstract class ProtobufValue
{
    /// <summary>A number in groups of seven bits.</summary>
    public const int Varint = 0;

    /// <summary>Eight bytes.</summary>
    public const int Fixed64 = 1;

    /// <summary>Bytes behind their length.</summary>
    public const int Delimited = 2;

    /// <summary>Four bytes.</summary>
    public const int Fixed32 = 5;

    /// <summary>The fault of bytes that are no Protobuf.</summary>
    public const string Code = BadMessageCodes.NotProtobuf;

    /// <summary>Which of them it is.</summary>
    public abstract int WireType { get; }

    /// <summary>Writes it, its length first when it is delimited.</summary>
    public abstract void Write(JsonElement value, BinaryOutput output);

    /// <summary>Reads its bytes, without the length.</summary>
    public abstract void Read(ReadOnlySpan<byte> bytes, Utf8JsonWriter json);

    /// <summary>Whether it is what a field without presence has when nothing is written, so that nothing is.</summary>
    public virtual bool IsZero(JsonElement value) => false;

    /// <summary>Writes what a field without presence has when nothing was written.</summary>
    /// <returns>False when it has nothing then: the reader is told that the field is missing.</returns>
    public virtual bool TryWriteZero(JsonEncodedText name, Utf8JsonWriter json) => false;

    /// <summary>Whether what is written says nothing, as an enum's first value does.</summary>
    public virtual bool SaysNothing(ReadOnlySpan<byte> bytes) => false;

    /// <summary>A text.</summary>
    public sealed class Text : ProtobufValue
    {
        public override int WireType => Delimited;

        public override void Write(JsonElement value, BinaryOutput output)
        {
            var text = JsonValues.Text(value);
            output.Varint((ulong)text.Length);
            output.Bytes(text);
        }

        public override void Read(ReadOnlySpan<byte> bytes, Utf8JsonWriter json) => json.WriteStringValue(new BinaryCursor(bytes, Code).TakeText(bytes.Length));

        public override bool IsZero(JsonElement value) => value.ValueEquals(""u8);

        public override bool TryWriteZero(JsonEncodedText name, Utf8JsonWriter json)
        {
            json.WriteString(name, ""u8);
            return true;
        }
    }

    /// <summary>Bytes.</summary>
    public sealed class Bytes : ProtobufValue
    {
        public override int WireType => Delimited;

        public override void Write(JsonElement value, BinaryOutput output)
        {
            var bytes = JsonValues.Bytes(value);
            output.Varint((ulong)bytes.Length);
            output.Bytes(bytes);
        }

        public override void Read(ReadOnlySpan<byte> bytes, Utf8JsonWriter json) => json.WriteBase64StringValue(bytes);

        public override bool IsZero(JsonElement value) => value.ValueEquals(""u8);

        public override bool TryWriteZero(JsonEncodedText name, Utf8JsonWriter json)
        {
            json.WriteString(name, ""u8);
            return true;
        }
    }

    /// <summary>A whole number.</summary>
    /// <param name="is32">Whether it has 32 bits; a negative one takes as many bytes as one of 64.</param>
    public sealed class Whole(bool is32) : ProtobufValue
    {
        public override int WireType => Varint;

        public override void Write(JsonElement value, BinaryOutput output) => output.Varint((ulong)(is32 ? JsonValues.Whole32(value) : JsonValues.Whole(value)));

        public override void Read(ReadOnlySpan<byte> bytes, Utf8JsonWriter json)
        {
            var input = new BinaryCursor(bytes, Code);
            var value = (long)input.Varint();
            json.WriteNumberValue(is32 && value is < int.MinValue or > int.MaxValue ? throw input.Bad("an int32 of more than 32 bits") : value);
        }

        public override bool IsZero(JsonElement value) => JsonValues.Whole(value) == 0;

        public override bool TryWriteZero(JsonEncodedText name, Utf8JsonWriter json)
        {
            json.WriteNumber(name, 0);
            return true;
        }
    }

    /// <summary>A floating-point number.</summary>
    public sealed class Real : ProtobufValue
    {
        public override int WireType => Fixed64;

        public override void Write(JsonElement value, BinaryOutput output) => output.Double(JsonValues.Real(value));

        public override void Read(ReadOnlySpan<byte> bytes, Utf8JsonWriter json) => json.WriteNumberValue(new BinaryCursor(bytes, Code).Double());

        // Minus zero is another number.
        public override bool IsZero(JsonElement value) => BitConverter.DoubleToInt64Bits(JsonValues.Real(value)) == 0;

        public override bool TryWriteZero(JsonEncodedText name, Utf8JsonWriter json)
        {
            json.WriteNumber(name, 0);
            return true;
        }
    }

    /// <summary>Yes or no.</summary>
    public sealed class Boolean : ProtobufValue
    {
        public override int WireType => Varint;

        public override void Write(JsonElement value, BinaryOutput output) => output.Byte(JsonValues.Boolean(value) ? (byte)1 : (byte)0);

        public override void Read(ReadOnlySpan<byte> bytes, Utf8JsonWriter json) => json.WriteBooleanValue(new BinaryCursor(bytes, Code).Varint() != 0);

        public override bool IsZero(JsonElement value) => !JsonValues.Boolean(value);

        public override bool TryWriteZero(JsonEncodedText name, Utf8JsonWriter json)
        {
            json.WriteBoolean(name, value: false);
            return true;
        }
    }

    /// <summary>A google.protobuf.Timestamp: seconds since 1970 in field 1, nanoseconds above them in field 2.</summary>
    public sealed class Instant : ProtobufValue
    {
        const int NanosecondsPerTick = 100;
        const long NanosecondsPerSecond = 1_000_000_000;

        public override int WireType => Delimited;

        public override void Write(JsonElement value, BinaryOutput output)
        {
            var ticks = JsonValues.Instant(value).UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
            var part = ((ticks % TimeSpan.TicksPerSecond) + TimeSpan.TicksPerSecond) % TimeSpan.TicksPerSecond;
            var seconds = (ticks - part) / TimeSpan.TicksPerSecond;
            var began = output.BeginDelimited();
            if (seconds != 0)
                Field(1, seconds, output);
            if (part != 0)
                Field(2, part * NanosecondsPerTick, output);
            output.EndDelimited(began);
        }

        public override void Read(ReadOnlySpan<byte> bytes, Utf8JsonWriter json)
        {
            var (seconds, nanoseconds) = (0L, 0L);
            var input = new BinaryCursor(bytes, Code);
            while (input.Left > 0)
            {
                switch (input.Varint())
                {
                    case 1 << 3:
                        seconds = (long)input.Varint();
                        break;
                    case 2 << 3:
                        nanoseconds = (long)input.Varint();
                        break;
                    case var tag:
                        ProtobufRecord.PassOver((int)(tag & 7), ref input);
                        break;
                }
            }
            if (nanoseconds is < 0 or >= NanosecondsPerSecond)
                throw input.Bad("a Timestamp whose nanoseconds are no part of a second");
            json.WriteStringValue(
                JsonValues.Instant(((Int128)seconds * TimeSpan.TicksPerSecond) + (nanoseconds / NanosecondsPerTick)) ?? throw input.Bad("an instant beyond the year 9999, or before the first"));
        }

        static void Field(int number, long value, BinaryOutput output)
        {
            output.Varint((ulong)number << 3);
            output.Varint((ulong)value);
        }
    }

    /// <summary>A named value.</summary>
    /// <param name="name">The enum.</param>
    /// <param name="symbols">The values as JSON has them.</param>
    /// <param name="numbers">Their numbers.</param>
    public sealed class Named(string name, IReadOnlyList<string> symbols, IReadOnlyList<int> numbers) : ProtobufValue
    {
        readonly byte[][] _symbols = [.. symbols.Select(Encoding.UTF8.GetBytes)];

        public override int WireType => Varint;

        public override void Write(JsonElement value, BinaryOutput output)
        {
            var text = JsonValues.Text(value);
            for (var i = 0; i < _symbols.Length; i++)
            {
                if (text.SequenceEqual(_symbols[i]))
                {
                    output.Varint((ulong)numbers[i]);
                    return;
                }
            }
            throw JsonValues.Mismatch(value, $"a {name}");
        }

        public override void Read(ReadOnlySpan<byte> bytes, Utf8JsonWriter json)
        {
            var number = (long)new BinaryCursor(bytes, Code).Varint();
            for (var i = 0; i < _symbols.Length; i++)
            {
                if (numbers[i] == number)
                {
                    json.WriteStringValue(_symbols[i]);
                    return;
                }
            }
            throw new BadMessageException(BadMessageCodes.WrongShape, $"a value of {name} that is not known here");
        }

        public override bool SaysNothing(ReadOnlySpan<byte> bytes) => new BinaryCursor(bytes, Code).Varint() == 0;
    }

    /// <summary>A message in the message.</summary>
    public sealed class Message(ProtobufRecord record) : ProtobufValue
    {
        public override int WireType => Delimited;

        public override void Write(JsonElement value, BinaryOutput output)
        {
            var began = output.BeginDelimited();
            record.Write(value, output);
            output.EndDelimited(began);
        }

        public override void Read(ReadOnlySpan<byte> bytes, Utf8JsonWriter json) => record.Read(bytes, json);
    }
}
