using System.Text.Json.Serialization;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Contracts.Activity;

/// <summary>
/// Somebody did something on a site or in an app. Topic <c>user-activity</c>, keyed by the visitor, so that one visitor's events are taken in the order in which they were
/// published. They may come late, twice and out of order all the same: what they amount to follows from <paramref name="CreatedAt"/>.
/// </summary>
/// <param name="EventId">Chosen by whoever records it; identifies the event for ever. Recording it twice counts once.</param>
/// <param name="Type">What was done.</param>
/// <param name="VisitorId">Who, as the site knows a browser or an app before anybody logs in: 1 to 64 letters, digits and <c>. _ -</c>.</param>
/// <param name="CreatedAt">When it was done, UTC, by the server's clock: where a browser's clock is wrong, corrected by <paramref name="SentAt"/>.</param>
/// <param name="CustomerId">The customer, once known; what the visitor did earlier in the session is the customer's too.</param>
/// <param name="SessionId">The site's own name for the visit; carried along, sessions follow from the gaps between events.</param>
/// <param name="Url">The page, absolute or from the root.</param>
/// <param name="Referrer">The page or site before, absolute.</param>
/// <param name="Title">The page's title.</param>
/// <param name="Element">What was clicked, for instance <c>button#pay</c>.</param>
/// <param name="DeviceId">The device, where an app or a cookie knows it for longer than the visitor's id.</param>
/// <param name="UserAgent">The browser as it names itself.</param>
/// <param name="Ip">The caller's address, truncated as configured before it is published.</param>
/// <param name="Name">What happened, for <see cref="ActivityType.Custom"/>: for instance <c>login</c> or <c>signup</c>.</param>
/// <param name="SentAt">When the browser sent it, by the browser's clock.</param>
/// <param name="ReceivedAt">When the service received it, by the service's clock.</param>
/// <param name="Properties">Up to 32 entries of the publisher's own; carried along, never interpreted.</param>
public sealed record ActivityRecorded(
    Guid EventId,
    ActivityType Type,
    string VisitorId,
    DateTimeOffset CreatedAt,
    string? CustomerId = null,
    string? SessionId = null,
    string? Url = null,
    string? Referrer = null,
    string? Title = null,
    string? Element = null,
    string? DeviceId = null,
    string? UserAgent = null,
    string? Ip = null,
    string? Name = null,
    DateTimeOffset? SentAt = null,
    DateTimeOffset? ReceivedAt = null,
    IReadOnlyDictionary<string, string>? Properties = null) : IContract
{
    /// <summary>The most entries that <see cref="Properties"/> may have.</summary>
    public const int MaxProperties = 32;

    /// <summary>The longest address of a page.</summary>
    public const int MaxUrlLength = 2048;

    /// <summary>The name of a custom event that says that the visitor has logged in.</summary>
    public const string Login = "login";

    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.Id(EventId, "eventId");
        if (!ContractErrors.IsAccountId(VisitorId))
            errors.Add("invalid_visitor_id", "visitorId", "1 to 64 letters, digits and . _ -, starting with a letter or digit");
        errors.Instant(CreatedAt, "createdAt");
        if (CustomerId is not null)
            errors.Required(CustomerId, "customerId");
        errors.Text(SessionId, "sessionId");
        errors.Text(Url, "url", MaxUrlLength);
        errors.Text(Referrer, "referrer", MaxUrlLength);
        errors.Text(Title, "title", maxLength: 512);
        errors.Text(Element, "element", maxLength: 256);
        errors.Text(DeviceId, "deviceId");
        errors.Text(UserAgent, "userAgent", maxLength: 512);
        errors.IpAddress(Ip, "ip");
        if (Type == ActivityType.Custom)
            errors.Required(Name, "name");
        else
            errors.Text(Name, "name");
        if (Type == ActivityType.PageView)
            errors.Required(Url, "url", MaxUrlLength);
        if (Properties is null)
            return;
        if (Properties.Count > MaxProperties)
            errors.Add("too_many_entries", "properties", $"at most {MaxProperties} entries");
        foreach (var (key, value) in Properties)
        {
            errors.Text(key, "properties");
            errors.Text(value, "properties", maxLength: 512);
        }
    }
}

/// <summary>What somebody did.</summary>
[JsonConverter(typeof(NamedEnumConverter<ActivityType>))]
public enum ActivityType
{
    /// <summary>Clicked something.</summary>
    [JsonStringEnumMemberName("click")] Click,

    /// <summary>Looked at a page.</summary>
    [JsonStringEnumMemberName("page_view")] PageView,

    /// <summary>Is still there: keeps the session open and makes its length true, and is no view.</summary>
    [JsonStringEnumMemberName("page_ping")] PagePing,

    /// <summary>What the site itself names.</summary>
    [JsonStringEnumMemberName("custom")] Custom,
}
