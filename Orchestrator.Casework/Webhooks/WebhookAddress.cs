using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Casework.Webhooks;

/// <summary>
/// Where webhooks may go. What answers in a private network is not written for strangers, so it is not reached from here: neither by address, nor by a name that leads there, whatever
/// it led to before.
/// </summary>
public static class WebhookAddress
{
    /// <summary>The longest address.</summary>
    public const int MaxLength = 2_048;

    // Of the special-purpose registries (RFC 6890 and later): what is not of the public internet.
    static readonly IPNetwork[] Private =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>Why <paramref name="url"/> is none that webhooks go to, by a stable name; null when it may be one.</summary>
    public static string? Refuse(string? url, WebhookOptions options)
    {
        if (url is not { Length: > 0 and <= MaxLength } || !Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            return "invalid_url";
        if (uri.Scheme != Uri.UriSchemeHttps && !(options.AllowHttp && uri.Scheme == Uri.UriSchemeHttp))
            return "https_required";
        if (uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
            return "invalid_url";
        if (options.AllowPrivateAddresses)
            return null;
        var host = uri.DnsSafeHost.TrimEnd('.');
        var isLocal = host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
        return isLocal || (IPAddress.TryParse(host, out var address) && IsPrivate(address)) ? "private_address" : null;
    }

    /// <summary>Whether it is not of the public internet.</summary>
    public static bool IsPrivate(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Private.Any(network => network.Contains(plain));
    }

    /// <summary>Connects to what a name leads to now; whatever of it is private is not there.</summary>
    /// <exception cref="WebhookRefusedException">Nothing of it may be reached.</exception>
    internal static async ValueTask<Stream> ConnectAsync(DnsEndPoint target, WebhookOptions options, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(target.Host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(target.Host, cancellationToken);
        var allowed = options.AllowPrivateAddresses ? addresses : [.. addresses.Where(a => !IsPrivate(a))];
        if (allowed.Length == 0)
            throw new WebhookRefusedException(addresses.Length == 0 ? "name_not_found" : "private_address");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, target.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A webhook leads to where none may go.</summary>
/// <param name="reason">Why, by its stable name.</param>
public sealed class WebhookRefusedException(string reason) : Exception(reason);
