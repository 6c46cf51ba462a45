using System.Text.Json;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Tests.Decisioning.Records;

/// <summary>A message as its JSON, for comparing two.</summary>
static class ContractText
{
    public static string Of(object message) => JsonSerializer.Serialize(message, MessageCatalog.Contracts.Of(message.GetType()).Json);
}
