using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Casework.Requests;

/// <summary>A request that takes effect once, however often it is sent.</summary>
/// <param name="Key">Its client's own name for it, 1 to 300 characters.</param>
/// <param name="Asked">SHA-256 of what it asks for.</param>
public sealed record CaseRequest(string Key, byte[] Asked)
{
    /// <summary>The request of a key; null when there is none.</summary>
    /// <param name="key">The key.</param>
    /// <param name="asked">What it asks for, in words that differ when it does.</param>
    public static CaseRequest? Of(string? key, params ReadOnlySpan<string?> asked) =>
        key is null ? null : new CaseRequest(key, SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', asked))));
}
