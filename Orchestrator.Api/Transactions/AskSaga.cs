using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Wire;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Api.Transactions;

/// <summary>Asks something of a transaction's saga: accepted here, once for each subject, and decided by the saga, on its lane.</summary>
sealed class AskSaga(TransactionReader transactions, SubmissionStore submissions, MessageCatalog catalog, TimeProvider time)
{
    /// <summary>202 with the first answer, or what is wrong.</summary>
    /// <param name="transactionId">The transaction.</param>
    /// <param name="idempotencyKey">The header.</param>
    /// <param name="ask">Makes the request of the saga as it is now and the time; null where the saga is none to be asked yet.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <param name="check">Adds what is wrong with the request whatever the saga is.</param>
    public async Task<IResult> AcceptAsync(
        Guid transactionId, string? idempotencyKey, Func<TransactionSaga, DateTimeOffset, SagaRequest?> ask, CancellationToken cancellationToken,
        Action<ContractErrors>? check = null)
    {
        var now = time.GetUtcNow();
        var errors = new ContractErrors();
        IdempotencyKey.Validate(idempotencyKey, errors);
        check?.Invoke(errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        if (await transactions.FindAsync(transactionId, cancellationToken) is not { } saga || ask(saga, now) is not { } request)
            return ApiProblem.Of(ProblemKinds.TransactionNotFound);

        // What was accepted before gets its answer, whatever has become of the transaction since.
        if (request.Refused is { } refused && await submissions.FindAsync(request.Kind, request.Subject, cancellationToken) is null)
            return refused;
        request.Message.Validate(errors);
        if (request.Error is { } error)
            errors.Add(error.Code, error.Field, error.Detail);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var outcome = await submissions.AcceptAsync(
            new Submission(
                request.Kind, request.Subject, idempotencyKey, SHA256.HashData(Encoding.UTF8.GetBytes(request.Asked)), request.Accepted,
                OutgoingMessages.Of(catalog, request.Message, time)),
            cancellationToken);
        return SubmissionResult.Of(outcome, request.Location, request.Conflict);
    }
}

/// <summary>What is asked of a saga.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Subject">What is asked for once.</param>
/// <param name="Asked">What tells the same request sent again from another about the same subject.</param>
/// <param name="Message">What the saga is told.</param>
/// <param name="Accepted">The answer, as JSON.</param>
/// <param name="Location">Where to look after it.</param>
/// <param name="Conflict">The problem when something else was asked for before.</param>
sealed record SagaRequest(SubmissionKind Kind, string Subject, string Asked, IContract Message, string Accepted, string Location, ProblemKind Conflict)
{
    /// <summary>Why the saga, as it is now, would not take it.</summary>
    public ProblemHttpResult? Refused { get; init; }

    /// <summary>What is wrong with it beside its message.</summary>
    public ContractError? Error { get; init; }
}
