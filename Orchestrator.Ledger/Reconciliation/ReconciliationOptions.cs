using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Ledger.Reconciliation;

/// <summary>Configuration section <c>Reconciliation</c>.</summary>
public sealed class ReconciliationOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Reconciliation";

    /// <summary>The most days that a line and a posting may be apart where they match by amount alone.</summary>
    public const int MaxDays = 10;

    /// <summary>How many days a line and a posting may be apart where they match by amount alone, unless the import says otherwise. Default 2.</summary>
    [Range(0, MaxDays)]
    public int Days { get; init; } = 2;

    /// <summary>The most lines of a statement, bad ones counted. Default a million.</summary>
    [Range(1, 10_000_000)]
    public int MaxLines { get; init; } = 1_000_000;

    /// <summary>With more rows than this that cannot be read, nothing of a file is taken. Default 1,000.</summary>
    [Range(0, 100_000)]
    public int MaxBadRows { get; init; } = 1_000;
}
