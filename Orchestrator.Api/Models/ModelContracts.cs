using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Models.Comparing;
using Orchestrator.Decisioning.Versions;

namespace Orchestrator.Api.Models;

/// <summary>A model without its file.</summary>
/// <param name="Version">Its name and the beginning of its hash, as decisions name it.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Revision">One more with each change of state; the ETag.</param>
/// <param name="Format">How its file is written.</param>
/// <param name="SchemaHash">The hash of the schema whose vectors it takes.</param>
/// <param name="Bytes">The size of its file.</param>
/// <param name="Hash">SHA-256 of its file.</param>
/// <param name="Author">Who uploaded it.</param>
/// <param name="CreatedAt">When, UTC.</param>
/// <param name="Inputs">The features it looks at, by name.</param>
/// <param name="Thresholds">The probabilities from which something is done, where the model alone decides.</param>
/// <param name="Calibration">From its raw score to a probability: 1 / (1 + exp(-(slope * raw + offset))).</param>
/// <param name="Facts">What it was trained on and how good it was, by names that end in their unit.</param>
/// <param name="Log">What was done with it, the first at the top.</param>
public sealed record ModelView(
    string Version, VersionState State, int Revision, string Format, string SchemaHash, int Bytes, string Hash, string Author, DateTimeOffset CreatedAt,
    IReadOnlyList<string> Inputs, DecisionThresholds Thresholds, Calibration Calibration, IReadOnlyDictionary<string, double> Facts,
    IReadOnlyList<VersionLogEntry> Log)
{
    internal static ModelView Of(StoredModel stored)
    {
        var (version, state, revision, format, schema, bytes, hash, author, createdAt, _) = stored.Summary;
        var (_, _, _, inputs, thresholds, calibration, facts) = stored.Description;
        return new ModelView(version, state, revision, format, schema, bytes, hash, author, createdAt, inputs, thresholds, calibration, facts, stored.Log);
    }
}

/// <summary>What decided beside what was on trial.</summary>
/// <param name="From">From when on decisions were looked at, UTC.</param>
/// <param name="To">Before when, UTC.</param>
/// <param name="Looked">How many were looked at, those without a shadow too.</param>
/// <param name="Complete">Whether those are all; otherwise they are the newest ones, and <paramref name="From"/> is the time of the oldest of them.</param>
/// <param name="Pairs">By what decided and what was on trial, those with the most decisions first; at most 20.</param>
public sealed record ModelComparisonView(DateTimeOffset From, DateTimeOffset To, long Looked, bool Complete, IReadOnlyList<ShadowComparison> Pairs);
