using CsCheck;
using Orchestrator.Decisioning.Features;

namespace Orchestrator.Tests.Decisioning.Features;

/// <summary>Random streams: few keys, so that they meet; late events, duplicates, equal times, labels and refusals among them.</summary>
static class EventStreams
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What comes: an event, or the label of one that came, or that one was declined.</summary>
    public readonly record struct Arrival(FeatureEvent Event, bool IsLabel = false, bool IsFraud = false, bool IsDeclined = false)
    {
        public bool IsEvent => !IsLabel && !IsDeclined;
    }

    public static readonly Gen<Arrival[]> Any =
        from length in Gen.Int[1, 140]
        from arrivals in Gen.Select(Gen.Int[0, 99], Gen.Int[0, 20], Gen.Int[0, 40], Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 20], Gen.Int[0, int.MaxValue]).Array[length]
        select Stream(arrivals);

    static Arrival[] Stream((int Kind, int Step, int Back, int Account, int Terminal, int Amount, int Dice)[] drawn)
    {
        var arrivals = new List<Arrival>();
        var events = new List<FeatureEvent>();
        var now = Start.ToUnixTimeMilliseconds();
        foreach (var (kind, step, back, account, terminal, amount, dice) in drawn)
        {
            var chosen = events.Count == 0 ? default : events[dice % events.Count];
            if (kind < 12 && events.Count > 0)
            {
                arrivals.Add(new(chosen, IsLabel: true, IsFraud: kind < 10));
                continue;
            }
            if (kind < 17 && events.Count > 0)
            {
                // Nearly always the one that has just come.
                arrivals.Add(new(dice % 4 == 0 ? chosen : events[^1], IsDeclined: true));
                continue;
            }
            if (kind < 24 && events.Count > 0)
            {
                arrivals.Add(new(chosen));
                continue;
            }
            // Steps from nothing to days, in quarters of hours, so that times and the edges of windows are often equal.
            now += step < 4 ? 0 : step < 16 ? 900_000L * step : 86_400_000L * (step - 14);
            var at = kind < 44 ? Math.Max(0, now - (900_000L * back * back)) : now;
            var e = new FeatureEvent
            {
                Id = KeyHash.Of(7, (ulong)arrivals.Count + 1),
                Account = (ulong)account + 1,
                Terminal = (ulong)terminal,
                Destination = (ulong)(dice % 3) + 1,
                Device = (ulong)(dice / 8 % 3),
                AtMs = at,
                ReceivedMs = now,
                Amount = amount < 15 ? 1000 + (amount * 137) : 10_000L * amount,
                HasPlace = dice % 5 < 3,
                Latitude = (dice % 170) - 85,
                Longitude = (dice / 7 % 358) - 179,
            };
            events.Add(e);
            arrivals.Add(new(e));
        }
        return [.. arrivals];
    }
}
