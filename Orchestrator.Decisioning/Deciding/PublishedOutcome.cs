using System.Text.Json;
using Orchestrator.Contracts.Decisions;

namespace Orchestrator.Decisioning.Deciding;

/// <summary>Reads off a published decision what was decided and about which event, and nothing else of it.</summary>
public static class PublishedOutcome
{
    /// <summary>Whether it was a decline, and when what it is about happened; null where the decision does not say.</summary>
    /// <param name="json">A <see cref="FraudAssessed"/> as it was published.</param>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static (bool IsDecline, DateTimeOffset? EventAt) Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var (isDecline, eventAt) = (default(bool?), default(DateTimeOffset?));
        while ((isDecline is null || eventAt is null) && reader.Read())
        {
            if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName)
                continue;
            if (reader.ValueTextEquals("outcome"u8))
                isDecline = reader.Read() && reader.ValueTextEquals("decline"u8);
            else if (reader.ValueTextEquals("eventAt"u8))
                eventAt = reader.Read() && reader.TryGetDateTimeOffset(out var at) ? at : null;
        }
        return (isDecline == true, eventAt);
    }
}
