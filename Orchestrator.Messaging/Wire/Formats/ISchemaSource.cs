using Orchestrator.Messaging.Schemas;

namespace Orchestrator.Messaging.Wire.Formats;

/// <summary>What is asked of a schema registry.</summary>
interface ISchemaSource
{
    /// <summary>The schema of an id; null when there is none.</summary>
    /// <exception cref="RegistryAwayException">It does not answer.</exception>
    Task<RegisteredSchema?> FindAsync(int id);

    /// <summary>The id of a schema under a subject; where it is not there yet it is registered, or not, as is configured.</summary>
    /// <exception cref="RegistryAwayException">It does not answer, or does not take the schema.</exception>
    Task<int> IdOfAsync(string subject, SchemaFormat format, string text);
}
