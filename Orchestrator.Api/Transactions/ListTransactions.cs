using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Contracts;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Api.Transactions;

/// <summary>GET /v1/transactions.</summary>
static class ListTransactions
{
    public static async Task<Results<Ok<Page<TransactionSummary>>, ProblemHttpResult>> HandleAsync(
        TransactionReader transactions, CancellationToken cancellationToken, string? state = null, string? account = null, Guid? after = null, int limit = 100)
    {
        var errors = new ContractErrors();
        PageLimits.Check(limit, TransactionReader.MaxPage, errors);
        var stored = state is null ? null : TransactionStates.Stored(state);
        if (state is not null && stored is null)
            errors.Add("unknown_state", "state", $"one of {string.Join(", ", TransactionStates.Names)}");
        if (account is not null && !ContractErrors.IsAccountId(account))
            errors.Add("invalid_account_id", "account", "1 to 64 letters, digits and . _ -, starting with a letter or digit");
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);

        var page = await transactions.ListAsync(stored, account, after, limit, cancellationToken);
        return TypedResults.Ok(new Page<TransactionSummary>([.. page.Items.Select(Summary)], page.Next?.ToString()));
    }

    static TransactionSummary Summary(TransactionSaga saga) => new(
        saga.CorrelationId,
        TransactionStates.Shown(saga.CurrentState),
        saga.Reason,
        saga.SourceAccountId,
        saga.DestinationAccountId,
        saga.AmountMinor,
        saga.Currency,
        saga.SubmittedAt,
        saga.UpdatedAt,
        saga.DeadlineAt);
}
