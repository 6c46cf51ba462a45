using System.Text.Json.Serialization.Metadata;

namespace Orchestrator.Contracts.Catalog;

/// <summary>How a message travels.</summary>
/// <param name="Name">The CloudEvents type (ce_type): stable for ever, a new shape that old readers cannot read gets a new one.</param>
/// <param name="Topic">The topic's default name.</param>
/// <param name="Type">The record.</param>
/// <param name="Key">Reads the Kafka key from a message.</param>
/// <param name="Json">How it is written and read as JSON.</param>
public sealed record MessageContract(string Name, string Topic, Type Type, Func<object, string> Key, JsonTypeInfo Json)
{
    /// <summary>Reads what is written as usual faster than <see cref="Json"/>, and to the same; null where there is none.</summary>
    public QuickReader? Quick { get; init; }
}

/// <summary>Reads a message's JSON when it is as usual.</summary>
/// <param name="json">The body.</param>
/// <returns>The record; null when it has to be looked at closely.</returns>
public delegate object? QuickReader(ReadOnlySpan<byte> json);
