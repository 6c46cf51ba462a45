using System.Globalization;
using Orchestrator.Cli.Publishing;
using Orchestrator.Cli.Simulation;
using Orchestrator.Contracts.Activity;

namespace Orchestrator.Cli.Website;

/// <summary>All that visitors do on the simulated website, in order. Pure: the same seed gives the same traffic.</summary>
public static class WebsiteTraffic
{
    /// <summary>How many events a visit has, on average; measured, for visits come as many as the rate asks for.</summary>
    public const double EventsPerVisit = 9;

    // By then as many go as come.
    const double SettledAfterSeconds = 600;

    const double DefaultRate = 50;
    const long EventsOfADay = 86_400 * (long)DefaultRate;

    /// <summary>How much simulated time so many events take at the rate that there is where none is asked for, and some more; a day where there is no end.</summary>
    public static TimeSpan TimeOf(long? count) => TimeSpan.FromSeconds((count ?? EventsOfADay) / DefaultRate * 1.2) + TimeSpan.FromMinutes(10);

    /// <summary>The traffic: begins with visitors there already, and has no end.</summary>
    public static IEnumerable<WebsiteEvent> Run(WebsiteOptions options)
    {
        var chance = new NumericStream(options.Seed);
        var visits = new PriorityQueue<SimulatedVisit, (double At, long Order)>();
        var arrivalsPerSecond = (options.Rate > 0 ? options.Rate : DefaultRate) / EventsPerVisit;
        var next = -SettledAfterSeconds;
        for (long number = 0, order = 0; ;)
        {
            while (!visits.TryPeek(out _, out var first) || next <= first.At)
            {
                var visit = new SimulatedVisit(number++, Somebody(options, chance), chance);
                visits.Enqueue(visit, (next + visit.Wait!.Value, order++));
                next += -Math.Log(1 - chance.Unit()) / arrivalsPerSecond;
            }
            visits.TryDequeue(out var due, out var at);
            var done = new WebsiteEvent(at.At, due!.Number, due.Visitor, due.Step());
            if (due.Wait is { } wait)
                visits.Enqueue(due, (at.At + wait, order++));
            if (done.Second >= 0)
                yield return done;
        }
    }

    /// <summary>The message of an event.</summary>
    /// <param name="done">The event.</param>
    /// <param name="number">Its number in the run.</param>
    /// <param name="options">The run.</param>
    public static ActivityRecorded Message(in WebsiteEvent done, long number, WebsiteOptions options)
    {
        var (step, visitor) = (done.Step, done.Visitor);
        return new ActivityRecorded(
            NamedId.Of("website", string.Create(CultureInfo.InvariantCulture, $"{options.Seed}/{options.Run}/{number}")),
            step.Type,
            visitor.VisitorId,
            options.Origin.AddSeconds(done.Second),
            step.CustomerId,
            string.Create(CultureInfo.InvariantCulture, $"{options.Seed}-{done.Visit}"),
            SimulatedVisit.Site + step.Page.Path,
            step.Referrer,
            step.Page.Title,
            step.Element,
            UserAgent: visitor.UserAgent,
            Ip: visitor.Ip,
            Name: step.Name,
            Properties: step.AmountMinor is { } amount ? new Dictionary<string, string>(StringComparer.Ordinal) { ["amountMinor"] = amount.ToString(CultureInfo.InvariantCulture) } : null);
    }

    // A few come often.
    static SimulatedVisitor Somebody(WebsiteOptions options, NumericStream chance)
    {
        var draw = chance.Unit();
        return new SimulatedVisitor((int)(options.Visitors * draw * draw), options.Customers);
    }
}
