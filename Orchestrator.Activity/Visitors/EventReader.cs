using Orchestrator.Contracts.Activity;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Activity.Visitors;

/// <summary>Makes of what was recorded what is counted. One lane uses it.</summary>
sealed class EventReader
{
    const long MaxAheadMs = 60_000;
    const int AgentsKept = 1_024;

    readonly TextCache _texts = new();
    readonly (string? Agent, DeviceKind Kind)[] _agents = new (string?, DeviceKind)[AgentsKept];

    /// <summary>Reads one.</summary>
    /// <param name="recorded">What was recorded.</param>
    /// <param name="brokerTime">When the broker had it: whoever claims to be more than a minute ahead of it is taken by its time, so that nobody makes others late.</param>
    public ActivityEvent Read(ActivityRecorded recorded, DateTimeOffset brokerTime)
    {
        var (time, broker) = (recorded.CreatedAt.ToUnixTimeMilliseconds(), brokerTime.ToUnixTimeMilliseconds());
        var isView = recorded.Type == ActivityType.PageView;
        var agent = recorded.UserAgent ?? "";
        var agentHash = NameHash.Of(agent);
        return new ActivityEvent
        {
            EventId = recorded.EventId,
            TimeMs = Math.Max(0, time > broker + MaxAheadMs ? broker : time),
            Type = recorded.Type,
            VisitorId = recorded.VisitorId,
            Page = isView && recorded.Url is { } url ? _texts.Get(Addresses.Page(url)) : null,
            Referrer = Referrer(recorded),
            Device = Device(agent, agentHash),
            DeviceHash = (uint)(recorded.DeviceId is { } device ? NameHash.Of(device) : agentHash),
            CustomerId = recorded.CustomerId is { } customer ? _texts.Get(customer) : null,
            Name = recorded.Type == ActivityType.Custom ? recorded.Name : null,
        };
    }

    // Few browsers name themselves very often.
    DeviceKind Device(string agent, ulong hash)
    {
        ref var known = ref _agents[(int)(hash & (AgentsKept - 1))];
        if (!string.Equals(known.Agent, agent, StringComparison.Ordinal))
            known = (agent, DeviceKinds.Of(agent));
        return known.Kind;
    }

    // Whoever comes from another page of the same site has come from nowhere else.
    string? Referrer(ActivityRecorded recorded)
    {
        if (recorded.Referrer is not { } referrer)
            return null;
        var host = Addresses.Host(referrer);
        return host.IsEmpty || (recorded.Url is { } url && host.Equals(Addresses.Host(url), StringComparison.OrdinalIgnoreCase)) ? null : _texts.Get(host);
    }
}
