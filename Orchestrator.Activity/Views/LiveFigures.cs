using Orchestrator.Activity.Figures;

namespace Orchestrator.Activity.Views;

/// <summary>What goes on now: of all lanes together.</summary>
/// <param name="At">When it was read, UTC.</param>
/// <param name="AgeMs">How long before that the lane that was stored last had handed over, in milliseconds; null while none has.</param>
/// <param name="ActiveVisitors">Visitors who did anything in the last five minutes.</param>
/// <param name="RememberedVisitors">Visitors whom lanes remember.</param>
/// <param name="Minutes">The last thirty minutes, the oldest first.</param>
/// <param name="Pages">Views of the half hour by page, the most first.</param>
/// <param name="Referrers">Sessions of the half hour by where they came from, the most first.</param>
/// <param name="Devices">Views of the half hour by kind of device, the most first.</param>
/// <param name="Counters">What lanes have taken since their first message.</param>
/// <param name="Today">The day so far, UTC.</param>
/// <param name="Funnels">How far visitors came today.</param>
public sealed record LiveFigures(
    DateTimeOffset At, long? AgeMs, long ActiveVisitors, long RememberedVisitors, IReadOnlyList<LiveMinute> Minutes, IReadOnlyList<KeyCount> Pages,
    IReadOnlyList<KeyCount> Referrers, IReadOnlyList<KeyCount> Devices, LaneCounters Counters, LiveDay Today, IReadOnlyList<FunnelView> Funnels);

/// <summary>One minute.</summary>
/// <param name="Minute">When it begins, UTC.</param>
/// <param name="Events">Events of it.</param>
/// <param name="Views">Page views of it.</param>
public sealed record LiveMinute(DateTimeOffset Minute, long Events, long Views);

/// <summary>A day so far.</summary>
/// <param name="Visitors">Who did anything.</param>
/// <param name="NewVisitors">Whose first event is on that day.</param>
/// <param name="Sessions">Sessions that began.</param>
/// <param name="Bounces">Those of them with one view or none.</param>
/// <param name="BounceRate">Bounces as a part of sessions, from 0 to 1.</param>
/// <param name="AverageSessionSeconds">How long sessions last.</param>
/// <param name="ViewsPerSession">How many page views they have.</param>
public sealed record LiveDay(
    long Visitors, long NewVisitors, long Sessions, long Bounces, double BounceRate, double AverageSessionSeconds, double ViewsPerSession);

/// <summary>How far visitors came in a funnel.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Steps">Its steps, from the first.</param>
public sealed record FunnelView(string Name, IReadOnlyList<FunnelStep> Steps);

/// <summary>A step of a funnel.</summary>
/// <param name="Step">From 1.</param>
/// <param name="Name">What it is, as it is configured: a page, the beginning of one, or <c>event:</c> with a name.</param>
/// <param name="Visitors">Who reached it or a later one, each once a day.</param>
/// <param name="Rate">The part of those who did the first step, from 0 to 1.</param>
public sealed record FunnelStep(int Step, string? Name, long Visitors, double Rate);
