namespace Orchestrator.Contracts.Activity;

/// <summary>
/// A visitor is to be forgotten. Topic <c>user-activity</c>, keyed by the visitor, so that it comes behind what was recorded before. Counts that tell nobody from anybody stay.
/// </summary>
/// <param name="ErasureId">Identifies it for ever.</param>
/// <param name="VisitorId">The visitor: the key.</param>
/// <param name="At">When it was asked for, UTC.</param>
public sealed record ActivityErased(Guid ErasureId, string VisitorId, DateTimeOffset At) : IContract
{
    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.Id(ErasureId, "erasureId");
        errors.Required(VisitorId, "visitorId", maxLength: 64);
        errors.Instant(At, "at");
    }
}
