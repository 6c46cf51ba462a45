using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Api.Activity.Ingest;

/// <summary>Takes away from a caller's address what would tell one household from the next, before anything is published. Pure.</summary>
static class AddressTruncation
{
    const int NetworkBytesOfVersion4 = 3;
    const int NetworkBytesOfVersion6 = 6;

    /// <summary>What is left of an address; null when that is nothing.</summary>
    /// <param name="address">The address.</param>
    /// <param name="how"><c>none</c>, <c>last_octet</c> or <c>drop</c>.</param>
    public static string? Apply(IPAddress? address, string how)
    {
        if (address is null || how == "drop")
            return null;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        // The number of an interface of this machine is no part of the address.
        Span<byte> bytes = stackalloc byte[16];
        plain.TryWriteBytes(bytes, out var length);
        if (how != "none")
            bytes[(plain.AddressFamily == AddressFamily.InterNetwork ? NetworkBytesOfVersion4 : NetworkBytesOfVersion6)..length].Clear();
        return new IPAddress(bytes[..length]).ToString();
    }
}
