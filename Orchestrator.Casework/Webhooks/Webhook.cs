using System.Text.Json.Serialization;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Casework.Webhooks;

/// <summary>Who wants to hear of what, and where.</summary>
/// <param name="WebhookId">Its id.</param>
/// <param name="Url">Where messages go.</param>
/// <param name="Kinds">Of what: of <see cref="Events.EventKinds.Announced"/>.</param>
/// <param name="State">Whether they are sent.</param>
/// <param name="CreatedBy">Who made it.</param>
/// <param name="CreatedAt">When, UTC.</param>
/// <param name="Description">What it is for, for people.</param>
/// <param name="DisabledReason">Why it is disabled.</param>
/// <param name="FailingSince">Since when nothing was taken, UTC; null while things are.</param>
/// <param name="PreviousSecretUntil">Until when the secret before signs too, UTC.</param>
public sealed record Webhook(
    Guid WebhookId,
    string Url,
    IReadOnlyList<string> Kinds,
    WebhookState State,
    string CreatedBy,
    DateTimeOffset CreatedAt,
    string? Description = null,
    string? DisabledReason = null,
    DateTimeOffset? FailingSince = null,
    DateTimeOffset? PreviousSecretUntil = null);

/// <summary>Whether messages are sent.</summary>
[JsonConverter(typeof(NamedEnumConverter<WebhookState>))]
public enum WebhookState
{
    /// <summary>They are.</summary>
    [JsonStringEnumMemberName("enabled")] Enabled,

    /// <summary>They are not, and what happens meanwhile is not kept for it.</summary>
    [JsonStringEnumMemberName("disabled")] Disabled,
}

/// <summary>A message to one webhook.</summary>
/// <param name="DeliveryId">Its id; <c>webhook-id</c> is <c>msg_</c> and its digits.</param>
/// <param name="WebhookId">Whose.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="State">What became of it.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="CreatedAt">When it happened, UTC.</param>
/// <param name="NextAt">When it is tried next, UTC, while it is pending.</param>
/// <param name="EndedAt">When it was delivered or given up, UTC.</param>
public sealed record WebhookDelivery(
    Guid DeliveryId, Guid WebhookId, string Kind, DeliveryState State, int Attempts, DateTimeOffset CreatedAt, DateTimeOffset? NextAt = null, DateTimeOffset? EndedAt = null);

/// <summary>What became of a message.</summary>
[JsonConverter(typeof(NamedEnumConverter<DeliveryState>))]
public enum DeliveryState
{
    /// <summary>It is on its way.</summary>
    [JsonStringEnumMemberName("pending")] Pending,

    /// <summary>It was taken.</summary>
    [JsonStringEnumMemberName("delivered")] Delivered,

    /// <summary>It was tried for about a day and never taken.</summary>
    [JsonStringEnumMemberName("given_up")] GivenUp,
}

/// <summary>One attempt.</summary>
/// <param name="Attempt">Its number, from 1.</param>
/// <param name="At">When, UTC.</param>
/// <param name="DurationMs">How long it took, milliseconds.</param>
/// <param name="Status">The status of the answer; null when there was none.</param>
/// <param name="Answer">Its first 1,024 bytes.</param>
/// <param name="Error">Why it was no success, by its stable name.</param>
public sealed record DeliveryAttempt(int Attempt, DateTimeOffset At, int DurationMs, int? Status = null, string? Answer = null, string? Error = null);

/// <summary>A message with its body and its attempts.</summary>
/// <param name="Delivery">The message.</param>
/// <param name="Body">What is sent, JSON.</param>
/// <param name="Attempts">Each attempt, oldest first.</param>
public sealed record WholeDelivery(WebhookDelivery Delivery, string Body, IReadOnlyList<DeliveryAttempt> Attempts);
