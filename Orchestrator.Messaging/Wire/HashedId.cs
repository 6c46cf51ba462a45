using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Messaging.Wire;

/// <summary>Ids that follow from what they are of, so that the same cause has the same id whenever it is asked.</summary>
public static class HashedId
{
    /// <summary>A UUID of version 8 (RFC 9562: of the application's own making) from the first 16 bytes of SHA-256.</summary>
    /// <param name="name">What it is of.</param>
    public static Guid Of(ReadOnlySpan<byte> name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(name, hash);
        hash[6] = (byte)((hash[6] & 0x0f) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    /// <summary>The same of a text, as UTF-8.</summary>
    public static Guid Of(string name) => Of(Encoding.UTF8.GetBytes(name));
}
