using Orchestrator.Activity.Customers;
using Orchestrator.Contracts.Customers;

namespace Orchestrator.Activity.Segments;

/// <summary>Works out which segments a customer is in, and what that changes. Pure: the customer, the facts, the definitions and the time decide.</summary>
static class SegmentDecider
{
    const string ByTime = "time";
    const string ByDefinition = "definition";

    /// <summary>
    /// Looks at a customer to whom nothing has happened: time may have changed something, or another definition. It comes before whatever a fact changes, so that each change has its
    /// own cause.
    /// </summary>
    /// <param name="slot">The customer, who is changed.</param>
    /// <param name="segments">The definitions.</param>
    /// <param name="now">The time, UTC, in whole milliseconds.</param>
    /// <param name="changes">Gets what has changed, in order.</param>
    /// <returns>Whether there was anything to look at.</returns>
    public static bool Look(CustomerSlot slot, SegmentsInForce segments, DateTimeOffset now, List<SegmentTransition> changes)
    {
        if (!slot.IsKnown)
            return false;
        if (slot.Definitions != segments.Clock)
            Decide(slot, ByDefinition, segments, now, changes);
        else if (slot.NextDue <= now)
            Decide(slot, ByTime, segments, now, changes);
        else
            return false;
        return true;
    }

    /// <summary>Takes a fact; one that says nothing new changes nothing.</summary>
    /// <param name="slot">The customer, who is changed.</param>
    /// <param name="fact">The fact.</param>
    /// <param name="segments">The definitions.</param>
    /// <param name="now">The time, UTC, in whole milliseconds.</param>
    /// <param name="changes">Gets what has changed, in order.</param>
    /// <returns>Whether it says anything new.</returns>
    public static bool Take(CustomerSlot slot, CustomerFact fact, SegmentsInForce segments, DateTimeOffset now, List<SegmentTransition> changes)
    {
        if (!slot.State.Take(fact, now))
            return false;
        Decide(slot, CauseOf(fact.Kind), segments, now, changes);
        return true;
    }

    static void Decide(CustomerSlot slot, string cause, SegmentsInForce segments, DateTimeOffset now, List<SegmentTransition> changes)
    {
        var customer = slot.State;
        DateTimeOffset? next = null;
        foreach (var definition in segments.Definitions)
        {
            var place = PlaceOf(customer, definition.Name);
            var has = definition.Has(customer, now, isIn: place >= 0);
            if (has != place >= 0)
            {
                if (has)
                    Enter(customer, new Membership(definition.Name, now, definition.Version));
                else
                    customer.Segments.RemoveAt(place);
                slot.Sequence++;
                changes.Add(new SegmentTransition(definition.Name, definition.Version, has, cause, slot.Sequence, [.. customer.Segments.Select(m => m.Segment)]));
            }
            next = SegmentRule.Earlier(next, definition.NextChange(customer, now));
        }
        (slot.Definitions, slot.NextDue) = (segments.Clock, next);
    }

    // A customer is in few segments: a look at each costs less than what finds them.
    static int PlaceOf(CustomerState customer, string segment)
    {
        for (var i = 0; i < customer.Segments.Count; i++)
        {
            if (string.Equals(customer.Segments[i].Segment, segment, StringComparison.Ordinal))
                return i;
        }
        return -1;
    }

    static void Enter(CustomerState customer, Membership membership)
    {
        var place = customer.Segments.Count;
        while (place > 0 && string.CompareOrdinal(customer.Segments[place - 1].Segment, membership.Segment) > 0)
            place--;
        customer.Segments.Insert(place, membership);
    }

    static string CauseOf(CustomerFactKind kind) => kind switch
    {
        CustomerFactKind.AccountOpened => "account_opened",
        CustomerFactKind.ProfileUpdated => "profile_updated",
        CustomerFactKind.MoneySent => "money_sent",
        _ => "observed",
    };
}

/// <summary>A customer comes into a segment or leaves it.</summary>
/// <param name="Segment">Which.</param>
/// <param name="Version">By which version of its definition.</param>
/// <param name="Entered">Which of the two.</param>
/// <param name="Cause">What led to it.</param>
/// <param name="Sequence">Counts the customer's changes.</param>
/// <param name="Segments">All that the customer is in then, by name.</param>
sealed record SegmentTransition(string Segment, int Version, bool Entered, string Cause, long Sequence, IReadOnlyList<string> Segments);
