using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Casework.Webhooks;

/// <summary>Signatures as the Standard Webhooks specification has them: HMAC-SHA256 of id, time and body, by each secret that is valid.</summary>
public static class WebhookSignature
{
    /// <summary>The header with the message's id; the same however often it is sent.</summary>
    public const string IdHeader = "webhook-id";

    /// <summary>The header with the time of sending, seconds since 1970.</summary>
    public const string TimestampHeader = "webhook-timestamp";

    /// <summary>The header with the signatures, a blank between them.</summary>
    public const string SignatureHeader = "webhook-signature";

    /// <summary>The value of <see cref="SignatureHeader"/>.</summary>
    public static string Of(string id, long timestamp, string body, IReadOnlyList<byte[]> secrets)
    {
        var content = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.{body}"));
        return string.Join(' ', secrets.Select(secret => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, content))}"));
    }
}
