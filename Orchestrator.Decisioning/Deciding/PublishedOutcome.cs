using System.Text.Json;
using Orchestrator.Contracts.Decisions;

namespace Orchestrator.Decisioning.Deciding;

/// <summary>Reads off a published decision what was decided, and nothing else of it.</summary>
public static class PublishedOutcome
{
    /// <summary>Whether it was a decline.</summary>
    /// <param name="json">A <see cref="FraudAssessed"/> as it was published.</param>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static bool IsDecline(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("outcome"u8))
                return reader.Read() && reader.ValueTextEquals("decline"u8);
        }
        return false;
    }
}
