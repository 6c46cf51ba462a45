using System.Buffers.Binary;
using System.Text;

namespace Orchestrator.Messaging.Wire;

/// <summary>
/// Where the messages of a key are: murmur2 of its bytes, as every Kafka client places keys by default, so that who looks for one key reads one partition.
/// </summary>
public static class KeyPartition
{
    const uint Seed = 0x9747_b28c;
    const uint Multiplier = 0x5bd1_e995;

    /// <summary>The partition of <paramref name="key"/> in a topic of <paramref name="partitions"/>.</summary>
    public static int Of(string key, int partitions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        return (int)((Murmur2(Encoding.UTF8.GetBytes(key)) & 0x7fff_ffff) % (uint)partitions);
    }

    static uint Murmur2(ReadOnlySpan<byte> bytes)
    {
        unchecked
        {
            var hash = Seed ^ (uint)bytes.Length;
            for (; bytes.Length >= 4; bytes = bytes[4..])
            {
                var part = BinaryPrimitives.ReadUInt32LittleEndian(bytes) * Multiplier;
                hash = (hash * Multiplier) ^ ((part ^ (part >> 24)) * Multiplier);
            }
            if (bytes.Length > 0)
            {
                for (var i = bytes.Length - 1; i >= 0; i--)
                    hash ^= (uint)bytes[i] << (8 * i);
                hash *= Multiplier;
            }
            hash = (hash ^ (hash >> 13)) * Multiplier;
            return hash ^ (hash >> 15);
        }
    }
}
