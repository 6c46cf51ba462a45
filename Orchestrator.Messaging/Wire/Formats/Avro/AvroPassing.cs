using Orchestrator.Messaging.Schemas.Compatibility.Avro;

namespace Orchestrator.Messaging.Wire.Formats.Avro;

/// <summary>Passes over what a writer has written and a reader does not know.</summary>
static class AvroPassing
{
    const int MaxDepth = 64;

    /// <summary>Passes over a value.</summary>
    public static void Over(AvroType type, ref BinaryCursor input) => Over(type, ref input, 0);

    static void Over(AvroType type, ref BinaryCursor input, int depth)
    {
        if (depth == MaxDepth)
            throw input.Bad($"a value of more than {MaxDepth} levels");
        switch (type)
        {
            case AvroPrimitive primitive:
                Over(primitive.Name, ref input);
                break;
            case AvroFixed sized:
                input.Take(sized.Size);
                break;
            case AvroEnum:
                input.ZigZag();
                break;
            case AvroArray list:
                Items(list.Items, isMap: false, ref input, depth);
                break;
            case AvroMap map:
                Items(map.Values, isMap: true, ref input, depth);
                break;
            case AvroUnion union:
                var index = input.ZigZag();
                Over(index >= 0 && index < union.Branches.Count ? union.Branches[(int)index] : throw input.Bad($"branch {index} of a union of {union.Branches.Count}"), ref input, depth + 1);
                break;
            case AvroRecord record:
                foreach (var field in record.Fields)
                    Over(field.Type, ref input, depth + 1);
                break;
        }
    }

    static void Over(string primitive, ref BinaryCursor input)
    {
        switch (primitive)
        {
            case "boolean":
                input.Take(1);
                break;
            case "int" or "long":
                input.Varint();
                break;
            case "float":
                input.Take(sizeof(float));
                break;
            case "double":
                input.Take(sizeof(double));
                break;
            case "string" or "bytes":
                input.Take(input.ZigZag());
                break;
        }
    }

    static void Items(AvroType type, bool isMap, ref BinaryCursor input, int depth)
    {
        while (AvroValueReader.Block(ref input) is > 0 and var count)
        {
            for (; count > 0; count--)
            {
                var before = input.Left;
                if (isMap)
                    input.Take(input.ZigZag());
                Over(type, ref input, depth + 1);
                // What takes no room at all has no end either: the others of the block are as it is.
                if (input.Left == before)
                    break;
            }
        }
    }
}
