using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Api.Problems;
using Orchestrator.Contracts.Activity;

namespace Orchestrator.Api.Activity.Ingest;

/// <summary>Up to 500 events, or, in their place, the fields of one.</summary>
/// <param name="Events">The events.</param>
/// <param name="SentAt">When they were sent, by the sender's clock; a wrong clock is put right by it.</param>
public sealed record ActivityBatch(IReadOnlyList<SentEvent>? Events = null, DateTimeOffset? SentAt = null);

/// <summary>An event as it is sent. Whoever sends it does not say when it was received, from where and by which browser: the service knows.</summary>
/// <param name="EventId">Identifies it for ever: sent again, it counts once. Made up when it is left out, and then sent again it counts twice.</param>
/// <param name="Type">What was done.</param>
/// <param name="VisitorId">Who: 1 to 64 letters, digits and <c>. _ -</c>.</param>
/// <param name="CreatedAt">When, by the sender's clock; when it is sent, if left out.</param>
/// <param name="CustomerId">The customer, once known.</param>
/// <param name="SessionId">The site's own name for the visit.</param>
/// <param name="Url">The page; required for views.</param>
/// <param name="Referrer">The page or site before.</param>
/// <param name="Title">The page's title.</param>
/// <param name="Element">What was clicked.</param>
/// <param name="DeviceId">The device, where it is known for longer than the visitor.</param>
/// <param name="Name">What happened; required for <c>custom</c>.</param>
/// <param name="SentAt">When it was sent, where the batch does not say.</param>
/// <param name="Properties">Up to 32 entries of the sender's own.</param>
public sealed record SentEvent(
    Guid? EventId = null, ActivityType? Type = null, string? VisitorId = null, DateTimeOffset? CreatedAt = null, string? CustomerId = null, string? SessionId = null,
    string? Url = null, string? Referrer = null, string? Title = null, string? Element = null, string? DeviceId = null, string? Name = null, DateTimeOffset? SentAt = null,
    IReadOnlyDictionary<string, string>? Properties = null);

/// <summary>What became of the events of a request.</summary>
/// <param name="Accepted">How many are published.</param>
/// <param name="Refused">Those that cannot be taken, and why; the others are not held up.</param>
public sealed record ActivityAccepted(int Accepted, IReadOnlyList<RefusedEvent> Refused);

/// <summary>An event that cannot be taken.</summary>
/// <param name="Index">Which one of the request, from 0.</param>
/// <param name="Errors">Why.</param>
public sealed record RefusedEvent(int Index, IReadOnlyList<ProblemField> Errors);

/// <summary>Source-generated JSON of events; as strict as the contracts' (ContractJson).</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    NumberHandling = JsonNumberHandling.Strict,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(SentEvent))]
[JsonSerializable(typeof(ActivityAccepted))]
sealed partial class IngestJson : JsonSerializerContext;
