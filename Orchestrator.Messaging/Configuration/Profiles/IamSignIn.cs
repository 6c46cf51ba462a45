using System.Text.RegularExpressions;

namespace Orchestrator.Messaging.Configuration.Profiles;

/// <summary>When tokens of AWS IAM are meant, for which region, and what contradicts them; pure.</summary>
public static partial class IamSignIn
{
    const string SourceType = "sasl.oauthbearer.metadata.authentication.type";
    const string Iam = "aws_iam";

    // https://docs.aws.amazon.com/msk/latest/developerguide/port-info.html
    static readonly string[] Ports = ["9098", "9198"];

    /// <summary>
    /// Whether clients of Amazon MSK sign in with tokens of IAM: it is said, or the port is one that takes nothing else and nothing else is said.
    /// </summary>
    /// <param name="profile">The kind of cluster.</param>
    /// <param name="given">Client properties as configured.</param>
    public static bool IsMeant(KafkaProfile profile, IReadOnlyDictionary<string, string> given)
    {
        if (profile != KafkaProfile.Msk || (Mechanism(given) ?? "OAUTHBEARER") != "OAUTHBEARER")
            return false;
        if (IsSaid(given))
            return true;
        var hasOther = OtherSources(given).Any() || given.ContainsKey("sasl.username") || given.ContainsKey("ssl.certificate.location") || given.ContainsKey("ssl.certificate.pem");
        return !hasOther && Servers(given).Any(s => Ports.Contains(Port(s), StringComparer.Ordinal));
    }

    /// <summary>The client properties of whoever means them, without what the client library does not know.</summary>
    /// <param name="given">Client properties as configured.</param>
    public static IEnumerable<KeyValuePair<string, string>> Known(IReadOnlyDictionary<string, string> given) => given.Where(p => p.Key != SourceType);

    /// <summary>The region that tokens are for: what is configured, else what the brokers' names say, else that of the process; null when nobody says.</summary>
    /// <param name="configured">What is configured; empty for nothing.</param>
    /// <param name="given">Client properties as configured.</param>
    /// <param name="ofProcess">Where the process is.</param>
    public static string? Region(string configured, IReadOnlyDictionary<string, string> given, string? ofProcess)
    {
        if (configured.Length > 0)
            return configured;
        var named = Servers(given).Select(s => BrokerName().Match(s)).Where(m => m.Success).Select(m => m.Groups["region"].Value).Distinct(StringComparer.Ordinal).ToList();
        return named.Count > 0 ? named[0] : string.IsNullOrWhiteSpace(ofProcess) ? null : ofProcess.Trim();
    }

    /// <summary>What contradicts them, as <c>name: what is wrong and how to mend it</c>.</summary>
    /// <param name="profile">The kind of cluster.</param>
    /// <param name="given">Client properties as configured.</param>
    /// <param name="region">What <see cref="Region"/> says.</param>
    internal static IEnumerable<string> Problems(KafkaProfile profile, IReadOnlyDictionary<string, string> given, string? region)
    {
        if (profile != KafkaProfile.Msk)
        {
            if (IsSaid(given))
                yield return "token_source_not_offered: tokens of aws_iam are for Amazon MSK; set Kafka:Profile to Msk";
            yield break;
        }
        if (!IsMeant(profile, given))
        {
            if (Servers(given).FirstOrDefault(s => Ports.Contains(Port(s), StringComparer.Ordinal)) is { } server)
                yield return $"port_does_not_fit: on Amazon MSK port {Port(server)} takes tokens of AWS IAM alone; set Kafka:sasl.mechanism to OAUTHBEARER and take other credentials out, or use 9096 for SCRAM, 9094 for certificates";
            yield break;
        }
        if (OtherSources(given).FirstOrDefault() is { } other)
            yield return $"two_token_sources: tokens are made with AWS credentials, but Kafka:{other} says otherwise; take it out";
        if (region is null)
            yield return "region_missing: tokens are for one region, and the brokers' names do not tell it; set Kafka:Region";
        else if (!RegionName().IsMatch(region))
            yield return $"region_not_valid: '{region}' is no name of a region, as eu-west-1 is one; set Kafka:Region";
    }

    static bool IsSaid(IReadOnlyDictionary<string, string> given) => string.Equals(given.GetValueOrDefault(SourceType), Iam, StringComparison.OrdinalIgnoreCase);

    static string? Mechanism(IReadOnlyDictionary<string, string> given) => (given.GetValueOrDefault("sasl.mechanism") ?? given.GetValueOrDefault("sasl.mechanisms"))?.ToUpperInvariant();

    static IEnumerable<string> OtherSources(IReadOnlyDictionary<string, string> given) =>
        from property in given
        where property.Key switch
        {
            SourceType => !string.Equals(property.Value, Iam, StringComparison.OrdinalIgnoreCase),
            "sasl.oauthbearer.method" => !string.Equals(property.Value, "default", StringComparison.OrdinalIgnoreCase),
            "enable.sasl.oauthbearer.unsecure.jwt" => string.Equals(property.Value, "true", StringComparison.OrdinalIgnoreCase),
            var name => name.StartsWith("sasl.oauthbearer.", StringComparison.Ordinal),
        }
        orderby property.Key
        select property.Key;

    static string[] Servers(IReadOnlyDictionary<string, string> given) =>
        (given.GetValueOrDefault("bootstrap.servers") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    static string Port(string server) => server[(server.LastIndexOf(':') + 1)..];

    [GeneratedRegex(@"[.]kafka(-serverless)?[.](?<region>[a-z0-9-]+)[.]amazonaws[.]com([.]cn)?(:[0-9]+)?$", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex BrokerName();

    [GeneratedRegex("^[a-z]{2,4}(-[a-z]{2,12}){1,3}-[0-9]{1,2}\\z", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex RegionName();
}
