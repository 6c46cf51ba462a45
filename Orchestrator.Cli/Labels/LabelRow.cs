using Orchestrator.Cli.Publish;
using Orchestrator.Contracts.Decisions;

namespace Orchestrator.Cli.Labels;

/// <summary>One row of a file of labels: a label, or what is wrong with it.</summary>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Label">Null when there is an error.</param>
/// <param name="Error">Null when there is none.</param>
public sealed record LabelRow(long Line, FileLabel? Label, RowError? Error)
{
    /// <summary>A row that is skipped.</summary>
    public static LabelRow Bad(long line, RowError error) => new(line, null, error);
}

/// <summary>A label as a file gives it and the API takes it.</summary>
/// <param name="TransactionId">The transaction.</param>
/// <param name="IsFraud">Whether it was fraud.</param>
/// <param name="Source">Who says so.</param>
/// <param name="LabelledAt">When it was said.</param>
/// <param name="EffectiveAt">When it became known in the business.</param>
/// <param name="Reason">Why.</param>
/// <param name="LabelId">The label's id; follows from all else where the file gives none, so that giving a file twice does nothing twice.</param>
public sealed record FileLabel(
    Guid TransactionId,
    bool IsFraud,
    LabelSource Source,
    DateTimeOffset? LabelledAt = null,
    DateTimeOffset? EffectiveAt = null,
    string? Reason = null,
    Guid? LabelId = null);
