using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Submissions;
using Orchestrator.Api.Transactions;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning;
using Orchestrator.Decisioning.Records;
using Orchestrator.Messaging.Streams;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Api.Decisions;

/// <summary>POST /v1/decisions: decides at once, in the memory of the lane that has the account.</summary>
static class AskDecision
{
    public static async Task<Results<Ok<DecisionMade>, ProblemHttpResult>> HandleAsync(
        HttpContext context,
        JsonBody<SubmitTransactionRequest> body,
        [FromHeader(Name = IdempotencyKey.Header)] string? idempotencyKey,
        StreamHost lanes,
        MessageCatalog catalog,
        DecisionReader decisions,
        IOptions<ApiOptions> options,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var errors = new ContractErrors(catalog.Currencies);
        var id = IdempotencyKey.IdOf(body.Value.TransactionId, "transactionId", idempotencyKey, SubmissionKind.Transaction, errors);
        var transaction = body.Value.ToMessage(id, time.GetUtcNow());
        transaction.Validate(errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);

        var asked = new Asked(body.Value, transaction, ByKey: body.Value.TransactionId is null);
        return await ReplyAsync(lanes, transaction, TimeSpan.FromMilliseconds(options.Value.DecisionDeadlineMs), cancellationToken) switch
        {
            null => Retry(context, ProblemKinds.DecisionLate),
            StreamReply.Answered { IsRepeated: false } first => TypedResults.Ok(DecisionMade.Of(Read(first))),
            StreamReply.Answered again => Again(context, asked, Read(again)),
            StreamReply.AnsweredBefore => await decisions.FindDecisionAsync(id, cancellationToken) is { } stored
                ? Again(context, asked, stored)
                : Retry(context, ProblemKinds.DecisionNotStored),
            StreamReply.Refused(var why) => Refused(context, why),
            var reply => throw new InvalidOperationException($"Unknown reply {reply}"),
        };
    }

    // Null when the time is up. What the lane has taken takes effect all the same.
    static async Task<StreamReply?> ReplyAsync(StreamHost lanes, TransactionSubmitted transaction, TimeSpan deadline, CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(deadline);
        try
        {
            return await lanes.AskAsync(DecisioningModule.GroupName, transaction.SourceAccountId, transaction, transaction.TransactionId, bound.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    static FraudAssessed Read(StreamReply.Answered reply) => JsonSerializer.Deserialize(reply.Answer.Body.Span, ContractJson.Default.DecisionAnswered)!.Decision;

    static Results<Ok<DecisionMade>, ProblemHttpResult> Again(HttpContext context, Asked asked, FraudAssessed decision)
    {
        if (decision.Transaction is { } decided && !asked.IsSame(decided))
            return ApiProblem.Of(asked.ByKey ? ProblemKinds.IdempotencyKeyReused : ProblemKinds.DecisionExists);
        context.Response.Headers[SubmissionResult.ReplayedHeader] = "true";
        return TypedResults.Ok(DecisionMade.Of(decision));
    }

    static ProblemHttpResult Refused(HttpContext context, StreamRefusal why) => why switch
    {
        StreamRefusal.LaneNotHere => Retry(context, ProblemKinds.LaneNotHere),
        StreamRefusal.TooMany => Retry(context, ProblemKinds.TooManyDecisions),
        StreamRefusal.NotPublished => Retry(context, ProblemKinds.DecisionNotPublished),
        _ => ApiProblem.Of(ProblemKinds.Internal),
    };

    static ProblemHttpResult Retry(HttpContext context, ProblemKind kind)
    {
        context.Response.Headers.RetryAfter = "1";
        return ApiProblem.Of(kind);
    }

    sealed record Asked(SubmitTransactionRequest Request, TransactionSubmitted Transaction, bool ByKey)
    {
        // When no time is given, that of receipt stands in the transaction, and differs each time.
        public bool IsSame(TransactionSubmitted decided) =>
            (Request.OccurredAt is null ? Transaction with { OccurredAt = decided.OccurredAt } : Transaction).SaysTheSame(decided);
    }
}
