using System.Globalization;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Schemas.Derived;

namespace Orchestrator.Messaging.Schemas.Registry;

/// <summary>How a message's subject is called, as the clients of registries name their strategies.</summary>
public enum SubjectStrategy
{
    /// <summary>The message's full name, for instance <c>orchestrator.alert.raised.v1.AlertRaised</c>: one subject wherever the message travels.</summary>
    Record,

    /// <summary>The topic's name and <c>-value</c>: for topics on which one message travels.</summary>
    Topic,

    /// <summary>The topic's name, <c>-</c> and the message's full name.</summary>
    TopicRecord,
}

/// <summary>Names of subjects.</summary>
public static class SubjectNames
{
    /// <summary>The longest.</summary>
    public const int MaxLength = 512;

    /// <summary>Whether something can be registered under a name. Those with a point behind a colon would mean contexts, which there are none of.</summary>
    public static bool IsValid(string? subject) =>
        subject is { Length: >= 1 and <= MaxLength } and not ("__GLOBAL" or "__EMPTY") && !subject.StartsWith(":.", StringComparison.Ordinal) && !subject.StartsWith(":*", StringComparison.Ordinal)
        && !subject.Any(c => char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format) && subject.Trim().Length == subject.Length;

    /// <summary>A message's full name, which is that of its Avro record and of its Protobuf message.</summary>
    public static string Record(MessageContract contract) => $"{WireNames.Space(contract)}.{contract.Type.Name}";

    /// <summary>The subject of a message.</summary>
    /// <param name="strategy">How subjects are called.</param>
    /// <param name="contract">The message.</param>
    /// <param name="topic">The topic's name, where it is not the contract's own.</param>
    public static string Of(SubjectStrategy strategy, MessageContract contract, string? topic = null) => strategy switch
    {
        SubjectStrategy.Record => Record(contract),
        SubjectStrategy.Topic => $"{topic ?? contract.Topic}-value",
        SubjectStrategy.TopicRecord => $"{topic ?? contract.Topic}-{Record(contract)}",
        _ => throw new ArgumentOutOfRangeException(nameof(strategy), strategy, message: null),
    };
}
