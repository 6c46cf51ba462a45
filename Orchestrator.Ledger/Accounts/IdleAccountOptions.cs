using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Ledger.Accounts;

/// <summary>When an account is idle; of section <c>Sagas:Account</c>, where the saga that makes idle accounts dormant reads the same. Validated at start.</summary>
public sealed class IdleAccountOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Sagas:Account";

    /// <summary>After how long without an event an open account is idle; 1 day to 100 years.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "36500.00:00:00")]
    public TimeSpan DormantAfter { get; init; } = TimeSpan.FromDays(365);
}
