namespace Orchestrator.Messaging.Wire.Formats;

/// <summary>The subject under which a registry keeps the versions of a schema, by the names that Confluent's serializers give them.</summary>
public enum SubjectNaming
{
    /// <summary>
    /// RecordNameStrategy, the message's full name: <c>orchestrator.transaction.submitted.v1.TransactionSubmitted</c>. The default: a message is the same on
    /// whatever topic it travels, and our topics carry several.
    /// </summary>
    Record,

    /// <summary>TopicRecordNameStrategy, the topic and the message's full name with a hyphen between.</summary>
    TopicRecord,

    /// <summary>TopicNameStrategy, <c>TOPIC-value</c>: for topics that carry one message alone.</summary>
    Topic,
}
