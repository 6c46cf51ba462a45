using System.Buffers;
using System.Text;
using System.Text.Json;
using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Schemas.Compatibility.Avro;

namespace Orchestrator.Messaging.Wire.Formats.Avro;

/// <summary>Writes a value of JSON as Avro's binary encoding has it. It is made once for a schema, which is one that we have derived.</summary>
abstract class AvroValueWriter
{
    /// <summary>Writes a value.</summary>
    /// <param name="value">Undefined where JSON has none.</param>
    /// <param name="output">Where to.</param>
    /// <exception cref="SchemaException"><c>body_not_of_schema</c>.</exception>
    public abstract void Write(JsonElement value, BinaryOutput output);

    /// <summary>The one for a type.</summary>
    public static AvroValueWriter Of(AvroType type) => type switch
    {
        AvroRecord record => new Record(record),
        AvroEnum named => new Named(named),
        AvroArray list => new List(Of(list.Items)),
        AvroMap map => new Map(Of(map.Values)),
        AvroUnion { Branches: [AvroPrimitive { Name: "null" }, var other] } => new Optional(Of(other)),
        AvroPrimitive primitive => new Primitive(primitive),
        _ => throw new SchemaException("type_without_counterpart", $"{type.Name} is nothing that our messages have"),
    };

    sealed class Primitive(AvroPrimitive type) : AvroValueWriter
    {
        readonly string _kind = type.LogicalType is "timestamp-micros" or "date" ? type.LogicalType : type.Name;

        public override void Write(JsonElement value, BinaryOutput output)
        {
            switch (_kind)
            {
                case "string":
                    Delimited(JsonValues.Text(value), output);
                    break;
                case "bytes":
                    Delimited(JsonValues.Bytes(value), output);
                    break;
                case "int":
                    output.ZigZag(JsonValues.Whole32(value));
                    break;
                case "long":
                    output.ZigZag(JsonValues.Whole(value));
                    break;
                case "double":
                    output.Double(JsonValues.Real(value));
                    break;
                case "boolean":
                    output.Byte(JsonValues.Boolean(value) ? (byte)1 : (byte)0);
                    break;
                case "date":
                    output.ZigZag(JsonValues.Day(value));
                    break;
                case "timestamp-micros":
                    var ticks = JsonValues.Instant(value).UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
                    // Towards the past, also before 1970: an instant is cut, never moved on.
                    output.ZigZag((ticks - (((ticks % 10) + 10) % 10)) / 10);
                    break;
                default:
                    throw new SchemaException("type_without_counterpart", $"{_kind} is nothing that our messages have");
            }
        }
    }

    sealed class Named(AvroEnum type) : AvroValueWriter
    {
        readonly byte[][] _symbols = [.. type.Symbols.Select(Encoding.UTF8.GetBytes)];

        public override void Write(JsonElement value, BinaryOutput output)
        {
            var text = JsonValues.Text(value);
            for (var i = 0; i < _symbols.Length; i++)
            {
                if (text.SequenceEqual(_symbols[i]))
                {
                    output.ZigZag(i);
                    return;
                }
            }
            throw JsonValues.Mismatch(value, $"a {type.Name}");
        }
    }

    sealed class List(AvroValueWriter items) : AvroValueWriter
    {
        public override void Write(JsonElement value, BinaryOutput output)
        {
            if (value.ValueKind is not JsonValueKind.Array)
                throw JsonValues.Mismatch(value, "a list");
            if (value.GetArrayLength() is > 0 and var length)
                output.ZigZag(length);
            foreach (var item in value.EnumerateArray())
                items.Write(item, output);
            output.ZigZag(0);
        }
    }

    sealed class Map(AvroValueWriter values) : AvroValueWriter
    {
        public override void Write(JsonElement value, BinaryOutput output)
        {
            if (value.ValueKind is not JsonValueKind.Object)
                throw JsonValues.Mismatch(value, "an object");
            if (value.GetPropertyCount() is > 0 and var count)
                output.ZigZag(count);
            foreach (var entry in value.EnumerateObject())
            {
                Delimited(Encoding.UTF8.GetBytes(entry.Name), output);
                values.Write(entry.Value, output);
            }
            output.ZigZag(0);
        }
    }

    sealed class Optional(AvroValueWriter other) : AvroValueWriter
    {
        public override void Write(JsonElement value, BinaryOutput output)
        {
            var isThere = JsonValues.IsThere(value);
            output.ZigZag(isThere ? 1 : 0);
            if (isThere)
                other.Write(value, output);
        }
    }

    sealed class Record(AvroRecord type) : AvroValueWriter
    {
        readonly string _name = type.Name;
        readonly RecordFields _names = new(type.Fields.Select(f => f.Name));
        readonly (AvroValueWriter Writer, JsonElement Default)[] _fields =
            [.. type.Fields.Select(f => (Of(f.Type), f.Default is null ? default : JsonSerializer.SerializeToElement(f.Default)))];

        public override void Write(JsonElement value, BinaryOutput output)
        {
            var found = ArrayPool<JsonElement>.Shared.Rent(_fields.Length);
            try
            {
                _names.Find(value, _name, found);
                for (var i = 0; i < _fields.Length; i++)
                    _fields[i].Writer.Write(found[i].ValueKind is JsonValueKind.Undefined ? _fields[i].Default : found[i], output);
            }
            finally
            {
                ArrayPool<JsonElement>.Shared.Return(found, clearArray: true);
            }
        }
    }

    static void Delimited(ReadOnlySpan<byte> bytes, BinaryOutput output)
    {
        output.ZigZag(bytes.Length);
        output.Bytes(bytes);
    }
}
