using System.Text.Json.Serialization;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Decisions;

namespace Orchestrator.Api.Labels;

/// <summary>Says whether a transaction was fraud.</summary>
/// <param name="TransactionId">The transaction.</param>
/// <param name="IsFraud">Whether it was fraud.</param>
/// <param name="Source">Who says so: chargeback, case, customer or analyst.</param>
/// <param name="LabelledAt">When it was said; the time of receipt when left out. The last label by this time counts.</param>
/// <param name="EffectiveAt">When it became known in the business: a chargeback's date, for instance.</param>
/// <param name="Reason">Why.</param>
/// <param name="LabelId">Identifies the label for ever; follows from the Idempotency-Key when there is none.</param>
public sealed record LabelRequest(
    Guid TransactionId,
    bool IsFraud,
    LabelSource Source,
    DateTimeOffset? LabelledAt = null,
    DateTimeOffset? EffectiveAt = null,
    string? Reason = null,
    Guid? LabelId = null)
{
    internal FraudLabelled ToMessage(Guid labelId, string sourceAccountId, DateTimeOffset received) => new(
        labelId, TransactionId, sourceAccountId, IsFraud, Source, (LabelledAt ?? received).ToUniversalTime(), EffectiveAt?.ToUniversalTime(), Reason);
}

/// <summary>The label is stored, and counts within a fraction of a second.</summary>
/// <param name="LabelId">The label.</param>
/// <param name="TransactionId">The transaction.</param>
/// <param name="LabelledAt">When it was said, UTC.</param>
public sealed record LabelAccepted(Guid LabelId, Guid TransactionId, DateTimeOffset LabelledAt);

/// <summary>Gives many labels at once; each is taken or refused by itself.</summary>
/// <param name="Labels">1 to 500, each with its labelId unless an Idempotency-Key is sent.</param>
public sealed record BulkLabelRequest(IReadOnlyList<LabelRequest> Labels);

/// <summary>What became of each label of a bulk.</summary>
/// <param name="Accepted">How many were taken, now or before.</param>
/// <param name="Items">One for each, in the order of the request.</param>
public sealed record BulkLabelResult(int Accepted, IReadOnlyList<BulkLabelItem> Items);

/// <summary>What became of one label of a bulk.</summary>
/// <param name="Index">Its place in the request, from 0.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="LabelId">The label.</param>
/// <param name="Errors">What is wrong with it, field by field.</param>
public sealed record BulkLabelItem(int Index, LabelOutcome Outcome, Guid? LabelId = null, IReadOnlyList<Problems.ProblemField>? Errors = null);

/// <summary>What became of a label.</summary>
[JsonConverter(typeof(NamedEnumConverter<LabelOutcome>))]
public enum LabelOutcome
{
    /// <summary>It is stored.</summary>
    [JsonStringEnumMemberName("accepted")] Accepted,

    /// <summary>It was stored before.</summary>
    [JsonStringEnumMemberName("repeated")] Repeated,

    /// <summary>Its id was used before with another body.</summary>
    [JsonStringEnumMemberName("exists")] Exists,

    /// <summary>Nothing is known of its transaction.</summary>
    [JsonStringEnumMemberName("unknown_transaction")] UnknownTransaction,

    /// <summary>A value is not acceptable.</summary>
    [JsonStringEnumMemberName("invalid")] Invalid,
}
