using System.Collections.Concurrent;
using CsCheck;
using Orchestrator.Activity.Segments;
using Orchestrator.Contracts.Customers;

namespace Orchestrator.Tests.Activity.Segments;

/// <summary>Segments, their changes and the numbers of these, against a reference that looks at every fact and every instant.</summary>
public sealed class SegmentModelTests
{
    [Fact]
    public void Segments_when_facts_come_late_twice_and_out_of_order_are_those_of_all_facts()
    {
        var causes = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        CustomerCourses.Any.Sample(course => Run(course, causes), iter: 600);

        // A course in which nothing changes would prove nothing.
        Assert.All(["account_opened", "profile_updated", "money_sent", "observed", "time", "definition"], cause => Assert.True(causes.GetValueOrDefault(cause) > 50, cause));
    }

    static void Run((SegmentCondition[] Definitions, CustomerCourses.Step[] Steps) course, ConcurrentDictionary<string, int> causes)
    {
        var (definitions, steps) = course;
        var (product, reference) = (new Course(definitions), new ReferenceSegments());
        for (var i = 0; i < definitions.Length; i++)
            reference.Define($"s{i}", definitions[i]);
        var (now, taken) = (Facts.Noon, new HashSet<Guid>());
        foreach (var step in steps)
        {
            if (step.Kind >= 11)
            {
                var name = $"s{step.A % definitions.Length}";
                product.Redefine(name, step.Condition, now);
                reference.Define(name, step.Condition);
                reference.Look(now, "definition");
            }
            else if (step.Kind >= 8)
            {
                // Somebody owns the lane, and its timers come in time; or nobody does, and what has changed is found later.
                var to = now.AddHours(Math.Min(step.Hours, 24 * 20)).AddMinutes(step.A);
                if (step.B > 0)
                {
                    product.Pass(now, to);
                    reference.Pass(now, to);
                }
                now = to;
            }
            else if (taken.Add(Facts.Id(step.Id)))
            {
                var fact = step.Fact(now);
                product.Take(fact, now);
                reference.Take(fact, now);
            }
            Assert.Equal(reference.Changes, product.Changes);
        }
        Assert.Equal(reference.In, product.Slot.State.Segments.Select(m => m.Segment));
        Assert.Equal(reference.Changes.Count, product.Slot.Sequence);
        foreach (var change in product.Causes)
            causes.AddOrUpdate(change, 1, (_, count) => count + 1);
    }

    /// <summary>What the lane does with a customer, without the lane.</summary>
    sealed class Course
    {
        SegmentsInForce _segments;

        public Course(SegmentCondition[] definitions) => _segments = Facts.InForce(1, definitions.Select((d, i) => Facts.Define($"s{i}", d)));

        public CustomerSlot Slot { get; private set; } = new("c");

        public List<string> Changes { get; } = [];

        public List<string> Causes { get; } = [];

        public void Take(CustomerFact fact, DateTimeOffset now) => Decide(now, changes =>
        {
            var touched = SegmentDecider.Look(Slot, _segments, now, changes);
            return SegmentDecider.Take(Slot, fact, _segments, now, changes) || touched;
        });

        public void Redefine(string name, SegmentCondition condition, DateTimeOffset now)
        {
            var old = _segments.Definitions.Single(d => d.Name == name);
            _segments = Facts.InForce(_segments.Clock + 1, _segments.Definitions.Where(d => d.Name != name).Append(Facts.Define(name, condition, old.Version + 1)));
            Decide(now, changes => SegmentDecider.Look(Slot, _segments, now, changes));
        }

        public void Pass(DateTimeOffset from, DateTimeOffset to)
        {
            var now = from;
            while (Slot.TimerDue is { } due && due <= to)
            {
                now = due > now ? due : now;
                Slot.TimerDue = null;
                Decide(now, changes =>
                {
                    SegmentDecider.Look(Slot, _segments, now, changes);
                    return true;
                });
            }
        }

        // As it is stored and read again.
        void Decide(DateTimeOffset now, Func<List<SegmentTransition>, bool> decide)
        {
            var changes = new List<SegmentTransition>();
            if (!decide(changes))
                return;
            Causes.AddRange(changes.Select(c => c.Cause));
            Changes.AddRange(changes.Select(c => ReferenceSegments.Text(c.Segment, c.Version, c.Entered, c.Cause, now, c.Sequence, c.Segments)));
            if (Slot.NeedsTimer)
                Slot.TimerDue = Slot.NextDue;
            Slot = StoredCustomer.Again(Slot);
        }
    }
}
