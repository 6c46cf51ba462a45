using System.Runtime.InteropServices;

namespace Orchestrator.Activity.Sessions;

/// <summary>An event's place among the others: by its time, and among those of the same by the number of its id, so that the order is the same however they come.</summary>
/// <param name="Ms">Its time, in milliseconds since 1970.</param>
/// <param name="Id">The number of its id.</param>
[StructLayout(LayoutKind.Auto)]
readonly record struct Moment(long Ms, ulong Id)
{
    /// <summary>Whether it is before another.</summary>
    public bool IsBefore(in Moment other) => Ms < other.Ms || (Ms == other.Ms && Id < other.Id);
}
