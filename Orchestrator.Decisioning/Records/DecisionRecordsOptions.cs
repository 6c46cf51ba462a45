using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Decisioning.Records;

/// <summary>How decisions are kept; section <c>Decisions</c>. Validated at start.</summary>
public sealed class DecisionRecordsOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Decisions";

    /// <summary>How many days a decision is kept. Default 400: chargebacks come months later, and last year is to be compared with. Labels stay for ever.</summary>
    [Range(1, 3_650)]
    public int KeptDays { get; init; } = 400;

    /// <summary>How long a lane rests after it has stored some, in milliseconds, and so how far behind the store may be. Default 250.</summary>
    [Range(0, 10_000)]
    public int RestMs { get; init; } = 250;
}
