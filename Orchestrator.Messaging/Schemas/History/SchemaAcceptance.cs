using System.Text;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Schemas.Derived;

namespace Orchestrator.Messaging.Schemas.History;

/// <summary>Makes today's schemas of a message its next version.</summary>
public static class SchemaAcceptance
{
    /// <summary>The next version, if there is anything to accept.</summary>
    /// <param name="contract">The message.</param>
    /// <param name="versions">Its versions.</param>
    /// <returns>The version to write; null when today's schemas are the newest version already.</returns>
    /// <exception cref="SchemaException">They are not compatible with those before: <c>incompatible</c>, with every reason.</exception>
    public static SchemaVersion? Next(MessageContract contract, IReadOnlyList<SchemaVersion> versions)
    {
        var review = SchemaReview.Of(contract, versions);
        if (review.State is SchemaState.Accepted)
            return null;
        if (review.State is SchemaState.Incompatible)
        {
            throw new SchemaException(
                "incompatible",
                $"{contract.Name}: {string.Join("; ", review.Breaches.Select(b => $"{b.Format} {b.Change.What} (version {b.Version} against {b.Change.Version}, the {b.Change.Reader} reader)"))}. " +
                "A message that says something in another way is a new message: give it the next version in its name, and an upcaster.");
        }
        var today = DerivedSchemas.Of(contract, [.. versions.Select(v => v.Protobuf)]);
        return new SchemaVersion(versions.Count + 1, today.Json, today.Avro, today.Protobuf, Encoding.UTF8.GetString(MessageExample.Of(contract)) + "\n");
    }
}
