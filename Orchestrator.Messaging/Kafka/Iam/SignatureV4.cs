using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Messaging.Kafka.Iam;

/// <summary>Signs addresses as AWS wants it (Signature Version 4, in the query, with nothing but the host's name among the headers); pure.</summary>
internal static class SignatureV4
{
    /// <summary>Stands for the body of a request that has none.</summary>
    public const string NoPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>An address by which whoever has it may do one thing for some time.</summary>
    /// <param name="host">The service's host.</param>
    /// <param name="path">Which begins with a slash and needs no escapes.</param>
    /// <param name="query">What is asked for.</param>
    /// <param name="service">The service's name in signatures.</param>
    /// <param name="region">Its region.</param>
    /// <param name="credentials">What to sign with.</param>
    /// <param name="now">When it begins to be valid.</param>
    /// <param name="seconds">How long it is valid.</param>
    /// <param name="payload">The hash of the body, or what stands for it.</param>
    public static string Presign(
        string host, string path, IReadOnlyDictionary<string, string> query, string service, string region, AwsCredentials credentials, DateTimeOffset now, int seconds, string payload = NoPayload)
    {
        var instant = now.ToUniversalTime().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{instant[..8]}/{region}/{service}/aws4_request";
        var parameters = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["X-Amz-Algorithm"] = Algorithm,
            ["X-Amz-Credential"] = $"{credentials.AccessKeyId}/{scope}",
            ["X-Amz-Date"] = instant,
            ["X-Amz-Expires"] = seconds.ToString(CultureInfo.InvariantCulture),
            ["X-Amz-SignedHeaders"] = "host",
        };
        if (credentials.SessionToken is { } session)
            parameters["X-Amz-Security-Token"] = session;
        foreach (var (name, value) in query)
            parameters[name] = value;

        // Names of parameters are of letters and dashes, so that their order is the same escaped or not.
        var text = string.Join('&', parameters.Select(p => $"{Uri.EscapeDataString(p.Key)}={Uri.EscapeDataString(p.Value)}"));
        var request = $"GET\n{path}\n{text}\nhost:{host}\n\nhost\n{payload}";
        var toSign = $"{Algorithm}\n{instant}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(request)))}";
        return $"https://{host}{path}?{text}&X-Amz-Signature={Hex(Hash(Key(credentials, instant[..8], region, service), toSign))}";
    }

    static byte[] Key(AwsCredentials credentials, string day, string region, string service) =>
        Hash(Hash(Hash(Hash(Encoding.UTF8.GetBytes("AWS4" + credentials.SecretAccessKey), day), region), service), "aws4_request");

    static byte[] Hash(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
