using System.Globalization;

namespace Orchestrator.Messaging.Configuration.Profiles;

/// <summary>
/// What cannot be meant: settings that say two things at once, that the other side is known not to offer, or that would give away what is secret. Each has a name and says how to
/// mend it. No value of a secret is ever shown.
/// </summary>
public static class ProfileContradictions
{
    /// <summary>The user whose password is an Event Hubs connection string.</summary>
    public const string ConnectionStringUser = "$ConnectionString";

    static readonly string[] Tls = ["SSL", "SASL_SSL"];
    static readonly string[] Sasl = ["SASL_SSL", "SASL_PLAINTEXT"];

    // What makes an effect happen exactly once is not for configuration to change.
    static readonly Dictionary<string, string[]> Kept = new(StringComparer.Ordinal)
    {
        ["enable.idempotence"] = ["true"],
        ["enable.gapless.guarantee"] = ["true"],
        ["acks"] = ["all", "-1"],
        ["request.required.acks"] = ["all", "-1"],
        ["enable.auto.commit"] = ["false"],
        ["enable.auto.offset.store"] = ["false"],
        ["isolation.level"] = ["read_committed"],
        ["partitioner"] = ["murmur2_random"],
        ["message.timeout.ms"] = ["0"],
        ["delivery.timeout.ms"] = ["0"],
        ["auto.offset.reset"] = ["error"],
        ["group.id"] = [],
        ["transactional.id"] = [],
        ["linger.ms"] = [],
        ["queue.buffering.max.ms"] = [],
        ["fetch.wait.max.ms"] = [],
        ["message.max.bytes"] = [],
    };

    // https://docs.aws.amazon.com/msk/latest/developerguide/port-info.html
    static readonly Dictionary<string, string> MskPorts = new(StringComparer.Ordinal)
    {
        ["9092"] = "PLAINTEXT", ["9094"] = "SSL", ["9194"] = "SSL", ["9096"] = "SASL_SSL", ["9196"] = "SASL_SSL", ["9098"] = "SASL_SSL", ["9198"] = "SASL_SSL",
    };

    /// <summary>All of them, as <c>name: what is wrong and how to mend it</c>.</summary>
    /// <param name="profile">The kind of cluster.</param>
    /// <param name="given">Client properties as configured, without what the profile assumes.</param>
    /// <param name="region">The region that tokens of AWS IAM are for; null when nobody says.</param>
    public static IReadOnlyList<string> In(KafkaProfile profile, IReadOnlyDictionary<string, string> given, string? region = null)
    {
        var client = new Dictionary<string, string>(ProfileDefaults.Client(profile, given), StringComparer.Ordinal);
        foreach (var (name, value) in given)
            client[name] = value;
        var settings = new ClientSettings(client);
        var isIam = IamSignIn.IsMeant(profile, given);
        return [.. Security(settings, isIam), .. Own(given), .. IamSignIn.Problems(profile, given, region), .. profile switch
        {
            KafkaProfile.Msk => Msk(settings, isIam),
            KafkaProfile.EventHubs => EventHubs(settings),
            _ => [],
        }];
    }

    static IEnumerable<string> Security(ClientSettings client, bool isIam)
    {
        var usesSasl = Sasl.Contains(client.Protocol, StringComparer.Ordinal);
        var usesTls = Tls.Contains(client.Protocol, StringComparer.Ordinal);
        if (!usesSasl && client.First("sasl.") is { } unusedSasl)
            yield return $"credentials_not_used: Kafka:{unusedSasl} is set, but Kafka:security.protocol is {client.Protocol}, which signs in nobody; set it to SASL_SSL";
        if (!usesTls && client.First("ssl.") is { } unusedTls)
            yield return $"tls_not_used: Kafka:{unusedTls} is set, but Kafka:security.protocol is {client.Protocol}, which is not encrypted; set it to {(usesSasl ? "SASL_SSL" : "SSL")}";
        if (client.Has("ssl.certificate.location", "ssl.certificate.pem") != client.Has("ssl.key.location", "ssl.key.pem"))
            yield return "half_a_certificate: a client's certificate needs its key, and a key its certificate; set both Kafka:ssl.certificate.location and Kafka:ssl.key.location";
        if (client.Is("enable.ssl.certificate.verification", "false") || client.Is("ssl.endpoint.identification.algorithm", "none"))
        {
            if (!client.IsLoopback)
                yield return "server_not_checked: without a check of the server's certificate and name whoever is on the way reads everything; name the authority in Kafka:ssl.ca.location instead";
        }
        if (!usesSasl)
            yield break;
        foreach (var problem in SignIn(client, isIam))
            yield return problem;
    }

    static IEnumerable<string> SignIn(ClientSettings client, bool isIam)
    {
        switch (client.Mechanism)
        {
            case null:
                yield return "mechanism_missing: Kafka:security.protocol signs in, but Kafka:sasl.mechanism does not say how; set it to SCRAM-SHA-512, SCRAM-SHA-256, PLAIN or OAUTHBEARER";
                break;
            case "PLAIN" or "SCRAM-SHA-256" or "SCRAM-SHA-512" when !client.Has("sasl.username") || !client.Has("sasl.password"):
                yield return $"credentials_missing: {client.Mechanism} needs Kafka:sasl.username and Kafka:sasl.password; give the password in the environment, as Kafka__sasl.password, or in a file of ORCHESTRATOR_SECRETS";
                break;
            case "OAUTHBEARER" when !isIam && !client.Is("sasl.oauthbearer.metadata.authentication.type", "aws_iam") && !HasTokenSource(client):
                yield return "token_source_missing: OAUTHBEARER needs Kafka:sasl.oauthbearer.method=oidc with sasl.oauthbearer.token.endpoint.url, sasl.oauthbearer.client.id and sasl.oauthbearer.client.secret, " +
                    "or sasl.oauthbearer.metadata.authentication.type=azure_imds, or aws_iam on Amazon MSK";
                break;
        }
        if (client is { Protocol: "SASL_PLAINTEXT", Mechanism: "PLAIN" or "OAUTHBEARER", IsLoopback: false })
            yield return $"credentials_in_the_clear: {client.Mechanism} sends what is secret as it is, and SASL_PLAINTEXT does not encrypt it; set Kafka:security.protocol to SASL_SSL";
    }

    static bool HasTokenSource(ClientSettings client) =>
        client.Is("sasl.oauthbearer.metadata.authentication.type", "azure_imds")
        || (client.Is("sasl.oauthbearer.method", "oidc") && client.Has("sasl.oauthbearer.token.endpoint.url")
            && (client.Has("sasl.oauthbearer.client.secret", "sasl.oauthbearer.client.credentials.client.secret") || client.First("sasl.oauthbearer.assertion.") is not null))
        || client.Is("enable.sasl.oauthbearer.unsecure.jwt", "true");

    static IEnumerable<string> Own(IReadOnlyDictionary<string, string> given) =>
        from property in given
        where Kept.TryGetValue(property.Key, out var same) && !same.Contains(property.Value, StringComparer.OrdinalIgnoreCase)
        select $"kept_by_the_service: Kafka:{property.Key} cannot be set, for guarantees rest on it{InsteadOf(property.Key)}; take it out";

    static string InsteadOf(string property) => property switch
    {
        "linger.ms" or "queue.buffering.max.ms" => " (Kafka:LingerMs is what producers gather by)",
        "fetch.wait.max.ms" => " (Kafka:FetchWaitMs is how long fetches wait)",
        "message.max.bytes" => " (Kafka:MaxMessageBytes bounds messages)",
        _ => "",
    };

    static IEnumerable<string> Msk(ClientSettings client, bool isIam)
    {
        if (client.Protocol == "SASL_PLAINTEXT")
            yield return "protocol_not_offered: Amazon MSK signs in over TLS alone; set Kafka:security.protocol to SASL_SSL";
        if (client.Mechanism is not (null or "SCRAM-SHA-512" or "OAUTHBEARER"))
            yield return $"mechanism_not_offered: Amazon MSK does not take {client.Mechanism}; set Kafka:sasl.mechanism to SCRAM-SHA-512";
        foreach (var port in client.Ports.Where(p => MskPorts.TryGetValue(p, out var speaks) && speaks != client.Protocol))
            yield return $"port_does_not_fit: on Amazon MSK port {port} speaks {MskPorts[port]}, but Kafka:security.protocol is {client.Protocol}; 9092 is PLAINTEXT, 9094 TLS and certificates, 9096 SCRAM, 9098 IAM";
        foreach (var port in isIam ? client.Ports.Where(p => p is "9096" or "9196") : [])
            yield return $"port_does_not_fit: on Amazon MSK port {port} takes SCRAM alone, but tokens of AWS IAM are meant; use 9098, or 9198 from outside";
    }

    static IEnumerable<string> EventHubs(ClientSettings client)
    {
        if (client.Protocol != "SASL_SSL")
            yield return $"protocol_not_offered: Event Hubs does not take {client.Protocol}; leave Kafka:security.protocol out, or set it to SASL_SSL";
        if (client.Mechanism is not ("PLAIN" or "OAUTHBEARER"))
            yield return $"mechanism_not_offered: Event Hubs does not take {client.Mechanism}; set Kafka:sasl.mechanism to PLAIN, with a connection string, or OAUTHBEARER";
        if (client.Mechanism == "PLAIN" && !client.Is("sasl.username", ConnectionStringUser))
            yield return $"connection_string_expected: with PLAIN Event Hubs takes the user {ConnectionStringUser}, and a connection string as Kafka:sasl.password; leave Kafka:sasl.username out";
        if (client.Value("sasl.password")?.Contains("EntityPath=", StringComparison.OrdinalIgnoreCase) is true)
            yield return "connection_string_of_one_hub: the connection string has an EntityPath and so opens one event hub alone; take that of a shared access policy of the namespace";
        if (client.Ports.Any(p => p != "9093"))
            yield return "port_does_not_fit: Event Hubs speaks Kafka on port 9093 alone";
        if (client.Value("compression.type") is { } compression and not ("none" or "gzip"))
            yield return $"compression_not_offered: Event Hubs takes gzip alone, and that in Premium and Dedicated; {compression} is refused there. Set Kafka:compression.type to none or gzip";
    }

    sealed class ClientSettings(Dictionary<string, string> client)
    {
        public string Protocol { get; } = (client.GetValueOrDefault("security.protocol") ?? "PLAINTEXT").ToUpper(CultureInfo.InvariantCulture);

        public string? Mechanism { get; } = (client.GetValueOrDefault("sasl.mechanism") ?? client.GetValueOrDefault("sasl.mechanisms"))?.ToUpper(CultureInfo.InvariantCulture);

        public IEnumerable<string> Ports => Servers.Select(s => s[(s.LastIndexOf(':') + 1)..]);

        public bool IsLoopback => Servers.All(s => s.StartsWith("127.", StringComparison.Ordinal) || s.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase) || s.StartsWith("[::1]", StringComparison.Ordinal));

        string[] Servers { get; } = (client.GetValueOrDefault("bootstrap.servers") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

        public string? Value(string name) => client.GetValueOrDefault(name);

        public bool Is(string name, string value) => string.Equals(Value(name), value, StringComparison.OrdinalIgnoreCase);

        public bool Has(params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
            {
                if (!string.IsNullOrWhiteSpace(Value(name)))
                    return true;
            }
            return false;
        }

        public string? First(string prefix) => client.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).FirstOrDefault();
    }
}
