namespace Orchestrator.Messaging.Schemas;

/// <summary>A schema, or the history of schemas, is not as it must be.</summary>
/// <param name="code">Its stable name, for instance <c>unknown_type</c>.</param>
/// <param name="detail">What is wrong and where, for people.</param>
public sealed class SchemaException(string code, string detail) : Exception($"{code}: {detail}")
{
    /// <summary>The failure's stable name.</summary>
    public string Code { get; } = code;

    /// <summary>What is wrong and where, for people.</summary>
    public string Detail { get; } = detail;
}
