using Orchestrator.Contracts;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Activity.Segments;

/// <summary>What a timer tells its lane: a customer's segments may have changed with time alone. Nobody else publishes it.</summary>
/// <param name="CustomerId">The customer: the key.</param>
/// <param name="DueAt">When it was to come, UTC.</param>
sealed record SegmentsDue(string CustomerId, DateTimeOffset DueAt) : IContract
{
    /// <summary>How it travels.</summary>
    public static MessageContract Contract { get; } = new(
        "orchestrator.customer.segments-due.v1", Topics.CustomerEvents, typeof(SegmentsDue), message => ((SegmentsDue)message).CustomerId, SegmentJson.Default.SegmentsDue);

    /// <inheritdoc />
    public void Validate(ContractErrors errors) => errors.Required(CustomerId, "customerId");
}
