using System.Text.Json;
using Orchestrator.Activity.Customers;
using Orchestrator.Activity.Segments;

namespace Orchestrator.Tests.Activity.Segments;

/// <summary>A customer who was stored, and is read again.</summary>
static class StoredCustomer
{
    public static CustomerSlot Again(CustomerSlot slot)
    {
        var state = JsonSerializer.Deserialize(JsonSerializer.Serialize(slot.State, CustomerJson.Default.CustomerState), CustomerJson.Default.CustomerState)!;
        return new CustomerSlot(slot.CustomerId)
        {
            State = state,
            Version = slot.Version + 1,
            Definitions = slot.Definitions,
            Sequence = slot.Sequence,
            NextDue = slot.NextDue,
            TimerDue = slot.TimerDue,
            StoredSegments = [.. state.Segments],
        };
    }
}
