using System.Buffers.Binary;
using System.Text;

namespace Orchestrator.Messaging.Kafka;

/// <summary>Which partition a key falls into: Kafka's default, murmur2 of its bytes.</summary>
public static class KeyPartition
{
    /// <summary>The partition of <paramref name="key"/> where a topic has <paramref name="partitions"/> of them.</summary>
    public static int Of(string key, int partitions) => (Murmur2(Encoding.UTF8.GetBytes(key)) & 0x7fff_ffff) % partitions;

    // As org.apache.kafka.common.utils.Utils.murmur2 has it.
    static int Murmur2(ReadOnlySpan<byte> data)
    {
        const uint m = 0x5bd1e995;
        const int r = 24;
        var h = 0x9747b28cu ^ (uint)data.Length;
        var rest = data;
        for (; rest.Length >= 4; rest = rest[4..])
        {
            var k = BinaryPrimitives.ReadUInt32LittleEndian(rest) * m;
            k ^= k >> r;
            h = (h * m) ^ (k * m);
        }
        if (rest.Length > 2)
            h ^= (uint)rest[2] << 16;
        if (rest.Length > 1)
            h ^= (uint)rest[1] << 8;
        if (rest.Length > 0)
            h = (h ^ rest[0]) * m;
        h ^= h >> 13;
        h *= m;
        return (int)(h ^ (h >> 15));
    }
}
