namespace Orchestrator.Contracts.Customers;

/// <summary>A customer has come into a segment or left it. Topic <c>segments</c>, keyed by the customer, in order.</summary>
/// <param name="ChangeId">Identifies the change for ever.</param>
/// <param name="CustomerId">The customer: the key.</param>
/// <param name="Segment">The segment's name.</param>
/// <param name="Entered">True when the customer is in it now, false when no longer.</param>
/// <param name="DefinitionVersion">By which version of the segment's definition.</param>
/// <param name="At">When it was found, UTC.</param>
/// <param name="Cause">What led to it: the kind of fact, <c>time</c> or <c>definition</c>.</param>
/// <param name="Segments">All segments that the customer is in now, by name.</param>
/// <param name="Sequence">Counts the customer's changes, from 1 without gaps.</param>
public sealed record SegmentChanged(
    Guid ChangeId, string CustomerId, string Segment, bool Entered, long DefinitionVersion, DateTimeOffset At, string Cause, IReadOnlyList<string> Segments,
    long Sequence) : IContract
{
    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.Id(ChangeId, "changeId");
        errors.Required(CustomerId, "customerId");
        errors.Required(Segment, "segment", maxLength: 64);
        errors.Instant(At, "at");
        errors.Required(Cause, "cause", maxLength: 64);
    }
}
