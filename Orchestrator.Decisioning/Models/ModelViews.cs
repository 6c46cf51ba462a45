using Orchestrator.Decisioning.Versions;

namespace Orchestrator.Decisioning.Models;

/// <summary>A model without its file.</summary>
/// <param name="Version">Its name and the beginning of its hash, as decisions name it.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Revision">One more with each change of state.</param>
/// <param name="Format">How its file is written.</param>
/// <param name="SchemaHash">The hash of the schema whose vectors it takes.</param>
/// <param name="Bytes">The size of its file.</param>
/// <param name="Hash">SHA-256 of its file.</param>
/// <param name="Author">Who uploaded it.</param>
/// <param name="CreatedAt">When, UTC.</param>
/// <param name="ChangedAt">When its state last changed, UTC.</param>
public sealed record ModelSummary(
    string Version, VersionState State, int Revision, string Format, string SchemaHash, int Bytes, string Hash, string Author, DateTimeOffset CreatedAt,
    DateTimeOffset ChangedAt);

/// <summary>A model as it is stored, without its file.</summary>
/// <param name="Summary">What is known of it.</param>
/// <param name="Description">What its file says of it.</param>
/// <param name="Log">What was done with it, the first at the top.</param>
public sealed record StoredModel(ModelSummary Summary, ModelDescription Description, IReadOnlyList<VersionLogEntry> Log);
