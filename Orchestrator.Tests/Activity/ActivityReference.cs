using Orchestrator.Contracts.Activity;
using Orchestrator.Messaging.Kafka;

namespace Orchestrator.Tests.Activity;

/// <summary>Counts events in the plainest way: all in memory, one after the other as they were published.</summary>
public sealed class ActivityReference(int lanes)
{
    static readonly TimeSpan SessionGap = TimeSpan.FromMinutes(30);
    static readonly TimeSpan AllowedLateness = TimeSpan.FromMinutes(10);

    readonly Dictionary<int, DateTimeOffset> _watermarks = [];
    readonly HashSet<Guid> _ids = [];
    readonly HashSet<Guid> _seen = [];
    readonly long[] _messages = new long[lanes];
    readonly long[] _positions = new long[lanes];
    readonly List<ActivityRecorded> _counted = [];

    /// <summary>Events that came too late.</summary>
    public int Late { get; private set; }

    /// <summary>Events that came again.</summary>
    public int Duplicates { get; private set; }

    /// <summary>By lane, the place behind the last message that is taken; what comes again a little later the lane drops before it looks at it.</summary>
    public IReadOnlyList<long> Positions => _positions;

    /// <summary>Events that count.</summary>
    public int Counted => _counted.Count;

    /// <summary>Takes the next event that was published.</summary>
    public void Take(ActivityRecorded recorded)
    {
        var lane = KeyPartition.Of(recorded.VisitorId, _messages.Length);
        _messages[lane]++;
        if (_seen.Add(recorded.EventId))
            _positions[lane] = _messages[lane];
        var watermark = _watermarks.GetValueOrDefault(lane, DateTimeOffset.MinValue + AllowedLateness);
        if (recorded.CreatedAt < watermark - AllowedLateness)
            Late++;
        else if (!_ids.Add(recorded.EventId))
            Duplicates++;
        else
            _counted.Add(recorded);
        if (recorded.CreatedAt > watermark)
            _watermarks[lane] = recorded.CreatedAt;
    }

    /// <summary>What must be stored of each minute, as text: the minute, events, views, clicks, pings.</summary>
    public List<string> Minutes() =>
    [
        .. _counted.GroupBy(e => new DateTimeOffset(e.CreatedAt.Ticks - (e.CreatedAt.Ticks % TimeSpan.TicksPerMinute), TimeSpan.Zero)).OrderBy(g => g.Key)
            .Select(g => $"{g.Key:HH:mm} {g.Count()} {Of(g, ActivityType.PageView)} {Of(g, ActivityType.Click)} {Of(g, ActivityType.PagePing)}"),
    ];

    /// <summary>What must be stored of each session, as text: who, when it began and ended, in milliseconds since 1970, events, views.</summary>
    public List<string> Sessions()
    {
        var sessions = new List<string>();
        foreach (var visitor in _counted.GroupBy(e => e.VisitorId, StringComparer.Ordinal))
        {
            var session = new List<ActivityRecorded>();
            foreach (var next in visitor.OrderBy(e => e.CreatedAt))
            {
                if (session.Count > 0 && next.CreatedAt - session[^1].CreatedAt > SessionGap)
                    End();
                session.Add(next);
            }
            End();

            void End()
            {
                sessions.Add($"{visitor.Key} {session[0].CreatedAt.ToUnixTimeMilliseconds()} {session[^1].CreatedAt.ToUnixTimeMilliseconds()} {session.Count} {Of(session, ActivityType.PageView)}");
                session.Clear();
            }
        }
        sessions.Sort(StringComparer.Ordinal);
        return sessions;
    }

    static int Of(IEnumerable<ActivityRecorded> events, ActivityType type) => events.Count(e => e.Type == type);
}
