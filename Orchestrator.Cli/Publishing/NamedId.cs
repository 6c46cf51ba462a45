using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Cli.Publishing;

/// <summary>Ids that follow from names, so that publishing the same thing again publishes the same id again.</summary>
public static class NamedId
{
    /// <summary>A UUID of version 8: the first 128 bits of SHA-256 over the scope, a line feed and the name.</summary>
    public static Guid Of(string scope, string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{scope}\n{name}"), hash);
        hash[6] = (byte)((hash[6] & 0x0f) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
