using Orchestrator.Messaging.Clusters;

namespace Orchestrator.Messaging.Configuration.Profiles;

/// <summary>What a profile assumes where nothing is said.</summary>
public static class ProfileDefaults
{
    // What Azure closes by itself after four minutes of silence.
    const string BelowIdleMs = "180000";

    // librdkafka waits for up to ten seconds before it connects again, and money would wait with it when a broker has come back.
    const string LongestReconnectMs = "1000";

    const short UsualReplication = 3;
    const int EventHubsDays = 7;
    const int EventHubsMessageBytes = 1_000_000;
    const int UsualMessageBytes = 1_048_576;

    /// <summary>Client properties, without those that are given.</summary>
    /// <param name="profile">The kind of cluster.</param>
    /// <param name="given">What is configured.</param>
    public static IReadOnlyDictionary<string, string> Client(KafkaProfile profile, IReadOnlyDictionary<string, string> given)
    {
        var hasUser = given.ContainsKey("sasl.username");
        var isIam = IamSignIn.IsMeant(profile, given);
        var hasTokens = given.Keys.Any(k => k.StartsWith("sasl.oauthbearer.", StringComparison.Ordinal));
        Dictionary<string, string> assumed = profile switch
        {
            KafkaProfile.Msk => new(StringComparer.Ordinal)
            {
                ["security.protocol"] = hasUser || isIam ? "SASL_SSL" : "SSL",
                ["socket.keepalive.enable"] = "true",
            },
            KafkaProfile.EventHubs => new(StringComparer.Ordinal)
            {
                ["security.protocol"] = "SASL_SSL",
                ["sasl.mechanism"] = hasTokens ? "OAUTHBEARER" : "PLAIN",
                ["socket.keepalive.enable"] = "true",
                ["metadata.max.age.ms"] = BelowIdleMs,
                ["connections.max.idle.ms"] = BelowIdleMs,
            },
            _ => new(StringComparer.Ordinal),
        };
        assumed["reconnect.backoff.max.ms"] = LongestReconnectMs;
        if (profile == KafkaProfile.Msk && (hasUser || isIam))
            assumed["sasl.mechanism"] = isIam ? "OAUTHBEARER" : "SCRAM-SHA-512";
        if (profile == KafkaProfile.EventHubs && !hasTokens)
            assumed["sasl.username"] = ProfileContradictions.ConnectionStringUser;
        return assumed.Where(a => !given.ContainsKey(a.Key) && !(a.Key == "sasl.mechanism" && given.ContainsKey("sasl.mechanisms")))
            .ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal);
    }

    /// <summary>The largest message that is published, in bytes.</summary>
    public static int MessageBytes(KafkaProfile profile) => profile == KafkaProfile.EventHubs ? EventHubsMessageBytes : UsualMessageBytes;

    /// <summary>What topics should be held to.</summary>
    public static TopicNeeds Topics(KafkaProfile profile) => profile switch
    {
        KafkaProfile.Confluent or KafkaProfile.Msk => new() { Replication = UsualReplication, MaxMessageBytes = TopicPlan.MaxBatchBytes },
        KafkaProfile.EventHubs => new() { CanKeepForever = false, RetentionDays = EventHubsDays },
        _ => new() { MaxMessageBytes = TopicPlan.MaxBatchBytes },
    };
}
