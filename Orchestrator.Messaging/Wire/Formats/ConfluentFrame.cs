using System.Buffers.Binary;

namespace Orchestrator.Messaging.Wire.Formats;

/// <summary>
/// What Confluent's serializers put in front of a body: a byte 0, the schema's id (four bytes, the highest first), and for Protobuf the way to the message within
/// its file as zigzag numbers behind their count, where the first message is a single 0
/// (<see href="https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format"/>).
/// </summary>
static class ConfluentFrame
{
    const int HeaderBytes = 1 + sizeof(int);
    const int MaxIndexes = 32;

    /// <summary>Whether a body is framed: no JSON begins with such a byte.</summary>
    public static bool Is(byte[]? body) => body is [0, ..];

    /// <summary>The id of the schema; null when the frame is too short for one.</summary>
    public static int? SchemaId(ReadOnlySpan<byte> body) => body.Length >= HeaderBytes ? BinaryPrimitives.ReadInt32BigEndian(body[1..]) : null;

    /// <summary>What stands behind the id.</summary>
    public static ReadOnlySpan<byte> Content(ReadOnlySpan<byte> body) => body[HeaderBytes..];

    /// <summary>Writes it.</summary>
    public static void Write(BinaryOutput output, int schemaId)
    {
        output.Byte(0);
        output.BigEndian(schemaId);
    }

    /// <summary>Writes the way to the first message of a Protobuf file, which is the one that travels.</summary>
    public static void WriteFirstMessage(BinaryOutput output) => output.Byte(0);

    /// <summary>Reads the way to a message within its Protobuf file.</summary>
    public static int[] Indexes(ref BinaryCursor input)
    {
        var count = input.ZigZag();
        if (count == 0)
            return [0];
        if (count is < 0 or > MaxIndexes)
            throw new BadMessageException(BadMessageCodes.WrongIndexes, $"{count} message indexes");
        var indexes = new int[count];
        for (var i = 0; i < indexes.Length; i++)
            indexes[i] = input.ZigZag() is >= 0 and <= int.MaxValue and var index ? (int)index : throw new BadMessageException(BadMessageCodes.WrongIndexes, "a message index below zero");
        return indexes;
    }
}
