namespace Orchestrator.Api.Figures;

/// <summary>How many transactions ever, by what became of them.</summary>
/// <param name="Submitted">Taken in.</param>
/// <param name="Completed">Money moved.</param>
/// <param name="Declined">Declined.</param>
/// <param name="Held">Waiting for a review now.</param>
/// <param name="Compensated">Undone.</param>
/// <param name="Voided">Cancelled.</param>
/// <param name="Reversed">Undone after they had completed.</param>
/// <param name="CompensationFailed">Waiting for an operator now.</param>
public sealed record TransactionTotals(long Submitted, long Completed, long Declined, long Held, long Compensated, long Voided, long Reversed = 0, long CompensationFailed = 0)
{
    /// <summary>None.</summary>
    public static TransactionTotals Zero { get; } = new(0, 0, 0, 0, 0, 0);

    /// <summary>Not ended yet.</summary>
    public long InProgress => Math.Max(0, Submitted - Completed - Declined - Compensated - Voided - Reversed);
}
