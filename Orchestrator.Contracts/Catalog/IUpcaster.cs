using System.Text.Json.Nodes;

namespace Orchestrator.Contracts.Catalog;

/// <summary>
/// Turns the JSON of one version of a message into that of the next, so that whoever reads knows the newest alone: a message that was published years ago
/// comes to its readers as today's record. It is needed only when a new version says something in another way; a field that is added and may be
/// missing is no new version.
/// </summary>
public interface IUpcaster
{
    /// <summary>The name on the wire (ce_type) that it reads, for instance <c>orchestrator.ledger.event-recorded.v1</c>.</summary>
    string From { get; }

    /// <summary>The body as the next version says it.</summary>
    /// <param name="body">As <see cref="From"/> says it; it may be changed and returned.</param>
    JsonObject Upcast(JsonObject body);
}
