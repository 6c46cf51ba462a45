using Orchestrator.Contracts.Activity;

namespace Orchestrator.Activity.Visitors;

/// <summary>Makes of what was recorded what is counted. One lane uses it.</summary>
sealed class EventReader
{
    const long MaxAheadMs = 60_000;
    const string NoDevice = "";

    readonly TextCache _texts = new();

    /// <summary>Reads one.</summary>
    /// <param name="recorded">What was recorded.</param>
    /// <param name="brokerTime">When the broker had it: whoever claims to be more than a minute ahead of it is taken by its time, so that nobody makes others late.</param>
    public ActivityEvent Read(ActivityRecorded recorded, DateTimeOffset brokerTime)
    {
        var (time, broker) = (recorded.CreatedAt.ToUnixTimeMilliseconds(), brokerTime.ToUnixTimeMilliseconds());
        var isView = recorded.Type == ActivityType.PageView;
        return new ActivityEvent
        {
            EventId = recorded.EventId,
            TimeMs = Math.Max(0, time > broker + MaxAheadMs ? broker : time),
            Type = recorded.Type,
            VisitorId = recorded.VisitorId,
            Page = isView && recorded.Url is { } url ? _texts.Get(Addresses.Page(url)) : null,
            Referrer = Referrer(recorded),
            Device = DeviceKinds.Of(recorded.UserAgent),
            DeviceHash = (uint)ActivityHash.Of(recorded.DeviceId ?? recorded.UserAgent ?? NoDevice),
            CustomerId = recorded.CustomerId is { } customer ? _texts.Get(customer) : null,
            Name = recorded.Type == ActivityType.Custom ? recorded.Name : null,
        };
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
