namespace Orchestrator.Messaging.Configuration.Profiles;

/// <summary>Which kind of Kafka is on the other side: what is assumed where nothing is said, and what is refused because that kind cannot do it.</summary>
public enum KafkaProfile
{
    /// <summary>Apache Kafka, the embedded broker, and whatever else speaks like it: nothing is assumed. The default.</summary>
    Kafka,

    /// <summary>Confluent Platform: three replicas, of which two have every message.</summary>
    Confluent,

    /// <summary>Amazon MSK: TLS, SCRAM with SHA-512 where there is a user, tokens of AWS IAM on the port that takes them, three replicas, of which two have every message.</summary>
    Msk,

    /// <summary>The Kafka endpoint of Azure Event Hubs: TLS, a connection string or tokens of Entra ID, its own replication, no retention without end.</summary>
    EventHubs,
}
