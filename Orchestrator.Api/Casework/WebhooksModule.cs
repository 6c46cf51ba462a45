using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Casework.Events;
using Orchestrator.Casework.Webhooks;
using Orchestrator.Contracts;

namespace Orchestrator.Api.Casework;

/// <summary>Webhooks over HTTP: who hears of alerts and cases, and what was delivered to them.</summary>
static class WebhooksModule
{
    /// <summary>Maps /v1/webhooks.</summary>
    public static IEndpointRouteBuilder MapWebhooks(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/webhooks").WithTags("Webhooks").Allow(Roles.Operator);
        group.MapPost("/", CreateAsync)
            .WithSummary("Subscribes to what happens to alerts and cases")
            .WithDescription(
                "Messages are POSTed and signed as the Standard Webhooks specification has it: `webhook-id`, `webhook-timestamp`, `webhook-signature`. An answer of 2xx takes one; else it is " +
                "sent again for about a day, always with the same id. The secret is shown once. https alone, and no address of a private network, unless configured otherwise; redirects are not followed.")
            .Produces<WebhookWithSecret>(201).ProducesProblems(400, 409, 413, 415, 501, 503);
        group.MapGet("/", ListAsync).Allow(Roles.Operator, Roles.Auditor).WithSummary("All webhooks, oldest first").ProducesProblems(503);
        group.MapGet("/{webhookId:guid}", FindAsync).Allow(Roles.Operator, Roles.Auditor).WithSummary("A webhook").ProducesProblems(404, 503);
        group.MapPost("/{webhookId:guid}/rotate", RotateAsync)
            .WithSummary("Gives a webhook another secret")
            .WithDescription("It is shown once. For 24 hours, unless configured otherwise, messages are signed with both, so that the receiver can change over.")
            .Produces<WebhookWithSecret>().ProducesProblems(404, 501, 503);
        group.MapPost("/{webhookId:guid}/enable", EnableAsync)
            .WithSummary("Sends to a webhook again; what waits for it goes on")
            .Produces<Webhook>().ProducesProblems(404, 503);
        group.MapPost("/{webhookId:guid}/disable", DisableAsync)
            .WithSummary("Sends to a webhook no more")
            .WithDescription("What happens while it is disabled is not kept for it; what waited before stays.")
            .Produces<Webhook>().ProducesProblems(400, 404, 413, 415, 503);
        group.MapDelete("/{webhookId:guid}", DeleteAsync).WithSummary("Takes a webhook away, and its deliveries").Produces(204).ProducesProblems(404, 503);
        group.MapGet("/{webhookId:guid}/deliveries", DeliveriesAsync).Allow(Roles.Operator, Roles.Auditor)
            .WithSummary("A webhook's deliveries, the newest first")
            .WithDescription("In a `state`: pending, delivered or given_up. At most 500 a page; `after` is the `next` of the page before.")
            .ProducesProblems(400, 404, 503);
        group.MapGet("/{webhookId:guid}/deliveries/{deliveryId:guid}", DeliveryAsync).Allow(Roles.Operator, Roles.Auditor)
            .WithSummary("A delivery: what is sent, and each attempt with its status, how long it took and how the answer begins")
            .ProducesProblems(404, 503);
        group.MapPost("/{webhookId:guid}/deliveries/{deliveryId:guid}/redeliver", RedeliverAsync)
            .WithSummary("Sends a message once more, with the same id, whatever became of it")
            .Produces<WebhookDelivery>().ProducesProblems(404, 503);
        return routes;
    }

    static async Task<Results<Created<WebhookWithSecret>, ProblemHttpResult>> CreateAsync(
        JsonBody<CreateWebhookRequest> body, WebhookStore webhooks, WebhookSecrets secrets, Microsoft.Extensions.Options.IOptions<Orchestrator.Casework.CaseworkOptions> options, Actor actor, CancellationToken cancellationToken)
    {
        if (!secrets.Available)
            return ApiProblem.Of(ProblemKinds.WebhooksNotConfigured);
        var (url, kinds, description) = body.Value;
        var errors = new ContractErrors();
        if (WebhookAddress.Refuse(url, options.Value.Webhooks) is { } refused)
            errors.Add(refused, "url", "an address of the public internet that begins with https://, without user and fragment");
        if (kinds.Count == 0 || kinds.Any(k => !EventKinds.Announced.Contains(k, StringComparer.Ordinal)))
            errors.Add("unknown_kind", "kinds", $"some of {string.Join(", ", EventKinds.Announced)}");
        errors.Text(description, "description", maxLength: 512);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        return await webhooks.CreateAsync(url, kinds, description, actor.Name, cancellationToken) is var (webhook, secret)
            ? TypedResults.Created($"/v1/webhooks/{webhook.WebhookId}", new WebhookWithSecret(webhook, secret))
            : ApiProblem.Of(ProblemKinds.WebhooksFull);
    }

    static async Task<Ok<IReadOnlyList<Webhook>>> ListAsync(WebhookStore webhooks, CancellationToken cancellationToken) =>
        TypedResults.Ok(await webhooks.ListAsync(cancellationToken));

    static async Task<Results<Ok<Webhook>, ProblemHttpResult>> FindAsync(Guid webhookId, WebhookStore webhooks, CancellationToken cancellationToken) =>
        Found(await webhooks.FindAsync(webhookId, cancellationToken));

    static async Task<Results<Ok<WebhookWithSecret>, ProblemHttpResult>> RotateAsync(
        Guid webhookId, WebhookStore webhooks, WebhookSecrets secrets, CancellationToken cancellationToken)
    {
        if (!secrets.Available)
            return ApiProblem.Of(ProblemKinds.WebhooksNotConfigured);
        return await webhooks.RotateAsync(webhookId, cancellationToken) is var (webhook, secret)
            ? TypedResults.Ok(new WebhookWithSecret(webhook, secret))
            : ApiProblem.Of(ProblemKinds.WebhookNotFound);
    }

    static async Task<Results<Ok<Webhook>, ProblemHttpResult>> EnableAsync(Guid webhookId, WebhookStore webhooks, CancellationToken cancellationToken) =>
        Found(await webhooks.EnableAsync(webhookId, cancellationToken));

    static async Task<Results<Ok<Webhook>, ProblemHttpResult>> DisableAsync(
        Guid webhookId, JsonBody<DisableWebhookRequest> body, WebhookStore webhooks, CancellationToken cancellationToken)
    {
        var errors = new ContractErrors();
        errors.Required(body.Value.Reason, "reason", maxLength: 512);
        return errors.None
            ? Found(await webhooks.DisableAsync(webhookId, body.Value.Reason, cancellationToken))
            : ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
    }

    static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(Guid webhookId, WebhookStore webhooks, CancellationToken cancellationToken) =>
        await webhooks.DeleteAsync(webhookId, cancellationToken) ? TypedResults.NoContent() : ApiProblem.Of(ProblemKinds.WebhookNotFound);

    static async Task<Results<Ok<Page<WebhookDelivery>>, ProblemHttpResult>> DeliveriesAsync(
        Guid webhookId, WebhookStore webhooks, DeliveryStore deliveries, CancellationToken cancellationToken, string? state = null, string? after = null, int limit = 100)
    {
        var errors = new ContractErrors();
        DeliveryState? wanted = state switch
        {
            "pending" => DeliveryState.Pending,
            "delivered" => DeliveryState.Delivered,
            "given_up" => DeliveryState.GivenUp,
            _ => null,
        };
        if (state is not null && wanted is null)
            errors.Add("unknown_state", "state", "pending, delivered or given_up");
        PageLimits.Check(limit, DeliveryStore.MaxPage, errors);
        var cursor = PageCursors.Read(after, errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        if (await webhooks.FindAsync(webhookId, cancellationToken) is null)
            return ApiProblem.Of(ProblemKinds.WebhookNotFound);
        var (items, next) = await deliveries.ListAsync(webhookId, wanted, cursor, limit, cancellationToken);
        return TypedResults.Ok(new Page<WebhookDelivery>(items, next?.ToString()));
    }

    static async Task<Results<Ok<WholeDelivery>, ProblemHttpResult>> DeliveryAsync(
        Guid webhookId, Guid deliveryId, DeliveryStore deliveries, CancellationToken cancellationToken) =>
        await deliveries.FindAsync(webhookId, deliveryId, cancellationToken) is { } whole ? TypedResults.Ok(whole) : ApiProblem.Of(ProblemKinds.WebhookNotFound);

    static async Task<Results<Ok<WebhookDelivery>, ProblemHttpResult>> RedeliverAsync(
        Guid webhookId, Guid deliveryId, DeliveryStore deliveries, TimeProvider time, CancellationToken cancellationToken) =>
        await deliveries.RedeliverAsync(webhookId, deliveryId, time.GetUtcNow(), cancellationToken) is { } delivery
            ? TypedResults.Ok(delivery)
            : ApiProblem.Of(ProblemKinds.WebhookNotFound);

    static Results<Ok<Webhook>, ProblemHttpResult> Found(Webhook? webhook) => webhook is null ? ApiProblem.Of(ProblemKinds.WebhookNotFound) : TypedResults.Ok(webhook);
}
