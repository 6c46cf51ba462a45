using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Contracts.Catalog;

/// <summary>How a message of one version becomes today's record.</summary>
/// <param name="Contract">Today's message.</param>
/// <param name="Steps">From version to version, in order; empty for today's.</param>
public sealed record UpcastPath(MessageContract Contract, IReadOnlyList<IUpcaster> Steps)
{
    static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Reads a body.</summary>
    /// <returns>Today's record; null when the body is <c>null</c>.</returns>
    /// <exception cref="JsonException">It is not JSON (then a <see cref="JsonException"/> is inside), or not as its version has it.</exception>
    public object? Read(ReadOnlySpan<byte> json)
    {
        if (Steps.Count == 0)
            return Contract.Quick?.Invoke(json) ?? JsonSerializer.Deserialize(json, Contract.Json);
        var body = Parse(json);
        foreach (var step in Steps)
        {
            try
            {
                body = step.Upcast(body);
            }
            catch (Exception e) when (e is not JsonException)
            {
                throw new JsonException($"{step.From} is not as its upcaster expects it: {e.GetType().Name}", e);
            }
        }
        return body.Deserialize(Contract.Json);
    }

    static JsonObject Parse(ReadOnlySpan<byte> json)
    {
        JsonNode? node;
        try
        {
            node = JsonNode.Parse(json, documentOptions: Strict);
        }
        catch (JsonException e)
        {
            throw new JsonException(e.Message, e);
        }
        return node as JsonObject ?? throw new JsonException("the body is no object");
    }
}
