using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts;

namespace Orchestrator.Api.Labels;

/// <summary>Labels over HTTP: whether transactions were fraud.</summary>
public static class LabelsModule
{
    const int Most = 500;

    // 500 labels with long reasons.
    const int MaxBulkBytes = 512 << 10;

    /// <summary>Maps /v1/labels.</summary>
    public static IEndpointRouteBuilder MapLabels(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/labels").WithTags("Labels").Allow(Roles.Service, Roles.Analyst);
        group.MapPost("/", PostAsync)
            .WithSummary("Says whether a transaction was fraud")
            .WithDescription(
                "Answers once it is stored. A transaction may be labelled any number of times; the last label by `labelledAt` counts, and GET /v1/decisions/{id} shows all. " +
                "The same Idempotency-Key (or labelId) with the same body gets the same answer, with another body 409. Without a labelId an Idempotency-Key is required.")
            .Produces<LabelAccepted>(202).ProducesProblems(400, 404, 409, 413, 415, 503);
        group.MapPost("/bulk", PostBulkAsync)
            .WithSummary("Says of many transactions whether they were fraud")
            .WithDescription(
                "Up to 500 labels, each taken or refused by itself: 200 with a result for each, in order. The same bulk again does nothing twice: each label has its " +
                "labelId, or its id follows from the Idempotency-Key and its place.")
            .WithMetadata(new RequestSizeLimitAttribute(MaxBulkBytes))
            .Produces<BulkLabelResult>().ProducesProblems(400, 413, 415, 503);
        return routes;
    }

    static async Task<IResult> PostAsync(
        JsonBody<LabelRequest> body, [FromHeader(Name = IdempotencyKey.Header)] string? idempotencyKey, AskLabels labels, CancellationToken cancellationToken)
    {
        var request = body.Value;
        var errors = new ContractErrors();
        var id = IdempotencyKey.IdOf(request.LabelId, "labelId", idempotencyKey, SubmissionKind.Label, errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        if (!(await labels.PayersAsync([request.TransactionId], cancellationToken)).TryGetValue(request.TransactionId, out var payer))
            return ApiProblem.Of(ProblemKinds.TransactionNotFound);
        var outcome = await labels.AskAsync(id, idempotencyKey, request, payer, errors, cancellationToken);
        return outcome is null
            ? ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All)
            : SubmissionResult.Of(outcome, $"/v1/decisions/{request.TransactionId}", ProblemKinds.LabelExists);
    }

    static async Task<IResult> PostBulkAsync(
        JsonBody<BulkLabelRequest> body, [FromHeader(Name = IdempotencyKey.Header)] string? idempotencyKey, AskLabels labels, CancellationToken cancellationToken)
    {
        var requests = body.Value.Labels;
        if (requests.Count is 0 or > Most)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: [new ContractError("count_out_of_range", "labels", $"from 1 to {Most} labels")]);
        var errors = new ContractErrors();
        IdempotencyKey.Validate(idempotencyKey, errors);
        if (requests.Any(r => r is null))
            errors.Add("missing_field", "labels", "no null among them");
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var payers = await labels.PayersAsync([.. requests.Select(r => r.TransactionId).Distinct()], cancellationToken);
        var items = new List<BulkLabelItem>(requests.Count);
        foreach (var request in requests)
            items.Add(await OneAsync(items.Count, request, idempotencyKey, payers.GetValueOrDefault(request.TransactionId), labels, cancellationToken));
        return TypedResults.Ok(new BulkLabelResult(items.Count(i => i.Outcome is LabelOutcome.Accepted or LabelOutcome.Repeated), items));
    }

    static async Task<BulkLabelItem> OneAsync(
        int index, LabelRequest request, string? idempotencyKey, string? payer, AskLabels labels, CancellationToken cancellationToken)
    {
        var errors = new ContractErrors();
        // Each item is a request of its own, by the key and its place.
        if ((request.LabelId ?? (idempotencyKey is null ? null : DerivedId.Of(SubmissionKind.Label.Name, $"{idempotencyKey}\n{index}"))) is not { } id)
        {
            errors.Add("missing_field", "labelId", $"required unless an {IdempotencyKey.Header} is sent");
            return new BulkLabelItem(index, LabelOutcome.Invalid, Errors: Fields(errors));
        }
        if (payer is null)
            return new BulkLabelItem(index, LabelOutcome.UnknownTransaction, id);
        return await labels.AskAsync(id, idempotencyKey: null, request, payer, errors, cancellationToken) switch
        {
            SubmissionOutcome.Accepted => new BulkLabelItem(index, LabelOutcome.Accepted, id),
            SubmissionOutcome.Repeated => new BulkLabelItem(index, LabelOutcome.Repeated, id),
            null => new BulkLabelItem(index, LabelOutcome.Invalid, id, Fields(errors)),
            _ => new BulkLabelItem(index, LabelOutcome.Exists, id),
        };
    }

    static IReadOnlyList<ProblemField> Fields(ContractErrors errors) => [.. errors.All.Select(e => new ProblemField(e.Code, e.Field, e.Detail))];
}
