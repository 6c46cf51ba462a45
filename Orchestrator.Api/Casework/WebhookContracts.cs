using Orchestrator.Casework.Webhooks;

namespace Orchestrator.Api.Casework;

/// <summary>Subscribes to what happens to alerts and cases.</summary>
/// <param name="Url">Where messages go; https.</param>
/// <param name="Kinds">Of what: <c>alert.raised</c>, <c>case.opened</c>, <c>case.assigned</c>, <c>case.resolved</c>, <c>case.escalated</c>.</param>
/// <param name="Description">What it is for, for people.</param>
public sealed record CreateWebhookRequest(string Url, IReadOnlyList<string> Kinds, string? Description = null);

/// <summary>Sends to a webhook no more.</summary>
/// <param name="Reason">Why, for people.</param>
public sealed record DisableWebhookRequest(string Reason);

/// <summary>A webhook and its secret, which is not shown again.</summary>
/// <param name="Webhook">The webhook.</param>
/// <param name="Secret">What messages are signed with: <c>whsec_</c> and the base64 of the key.</param>
public sealed record WebhookWithSecret(Webhook Webhook, string Secret);
