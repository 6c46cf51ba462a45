using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Security.Audit;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Messaging.Wire;
using Orchestrator.Sagas.AccountSagas;
using TimelineEntry = Orchestrator.Api.Transactions.TimelineEntry;

namespace Orchestrator.Api.Accounts;

/// <summary>Applications for accounts over HTTP.</summary>
public static class AccountApplicationsModule
{
    static readonly string RequestedName = MessageCatalog.Contracts.Of(typeof(Contracts.Accounts.AccountRequested)).Name;

    /// <summary>Maps /v1/account-applications.</summary>
    public static IEndpointRouteBuilder MapAccountApplications(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/account-applications").WithTags("Accounts");
        group.MapPost("/", ApplyAsync)
            .Allow(Roles.Service)
            .WithSummary("Applies for an account, which is opened once the applicant was checked")
            .WithDescription(
                "The applicant is looked for on lists, and among the identities of other customers. Where nothing is found the account is opened; otherwise a person decides. " +
                "Answers once the request is stored. The same request again gets the same answer.")
            .ProducesProblems(400, 409, 413, 415, 503).Produces<AccountAccepted>(202);
        group.MapGet("/{accountId}", GetAsync).Audited()
            .Allow(Roles.Service, Roles.CaseWorker, Roles.Supervisor, Roles.Auditor)
            .WithSummary("An application: where it is, what was found, what remains")
            .ProducesProblems(404, 503);
        return routes;
    }

    static async Task<IResult> ApplyAsync(
        JsonBody<AccountApplicationRequest> body, [FromHeader(Name = IdempotencyKey.Header)] string? idempotencyKey, AccountReader accounts,
        SubmissionStore submissions, MessageCatalog catalog, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var message = body.Value.ToMessage(now);
        var errors = new ContractErrors(catalog.Currencies);
        IdempotencyKey.Validate(idempotencyKey, errors);
        message.Validate(errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        // One that is there already can only be another's, unless it came of this application.
        if (await submissions.FindAsync(SubmissionKind.Account, message.AccountId, cancellationToken) is null
            && await accounts.GetAsync(message.AccountId, cancellationToken) is not null)
            return ApiProblem.Of(ProblemKinds.AccountExists);

        // An account is asked for once, whether it is opened at once or applied for.
        var outcome = await submissions.AcceptAsync(
            new Submission(
                SubmissionKind.Account,
                message.AccountId,
                idempotencyKey,
                SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(body.Value, ApiJson.Default.AccountApplicationRequest)),
                JsonSerializer.Serialize(new AccountAccepted(message.AccountId, now), ApiJson.Default.AccountAccepted),
                OutgoingMessages.Of(catalog, message, time)),
            cancellationToken);
        return SubmissionResult.Of(outcome, $"/v1/account-applications/{message.AccountId}", ProblemKinds.AccountExists);
    }

    static async Task<Results<Ok<AccountApplicationView>, ProblemHttpResult>> GetAsync(
        string accountId, AccountSagaReader sagas, SubmissionStore submissions, CancellationToken cancellationToken)
    {
        if (!ContractErrors.IsAccountId(accountId))
            return ApiProblem.Of(ProblemKinds.ApplicationNotFound);
        if (await sagas.FindAsync(accountId, cancellationToken) is { Application: { } application } saga)
        {
            return TypedResults.Ok(new AccountApplicationView(
                accountId, application.CustomerId, AccountStates.Shown(saga.CurrentState), saga.Outcome, saga.Outcome is null ? null : saga.Reason, saga.Findings,
                [.. saga.Timeline.Select(e => new TimelineEntry(e.At, e.What, e.Why))], AccountStates.Remaining(saga.CurrentState), saga.DeadlineAt));
        }
        // Accepted, and on its way through Kafka: the saga does not know it yet.
        return await submissions.FindAsync(SubmissionKind.Account, accountId, cancellationToken) is { } submission && Read(submission) is { } asked
            ? TypedResults.Ok(new AccountApplicationView(
                accountId, asked.CustomerId, "requested", Outcome: null, Reason: null, [],
                [new TimelineEntry(submission.AcceptedAt, "requested", "over HTTP")], ["check", "open"], DueAt: null))
            : ApiProblem.Of(ProblemKinds.ApplicationNotFound);
    }

    static Contracts.Accounts.AccountRequested? Read(AcceptedSubmission submission) => submission.MessageType == RequestedName
        ? JsonSerializer.Deserialize(submission.Message, ContractJson.Default.AccountRequested)
        : null;
}
