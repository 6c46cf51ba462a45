using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Casework.Alerts;
using Orchestrator.Ledger.Postings;
using Orchestrator.Messaging.Parking;
using Orchestrator.Sagas.Machines;
using Orchestrator.Sagas.Outlook;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Api.Sagas;

/// <summary>All that belongs to one saga, brought together by ids.</summary>
sealed class SagaDetails(
    TransactionReader transactions, PostingReader postings, TransactionAlerts alerts, ParkedMessages parked, MachineMap map, IOptions<TransactionSagaOptions> options)
{
    const int MaxParked = 50;

    /// <summary>The saga; null when nothing has been heard of it.</summary>
    public async Task<SagaView?> FindAsync(Guid transactionId, CancellationToken cancellationToken)
    {
        if (await transactions.FindAsync(transactionId, cancellationToken) is not { } saga)
            return null;
        var raised = (await alerts.FindAsync([transactionId], cancellationToken))[transactionId].ToList();
        return new SagaView(
            SagaMachines.Transaction,
            SagaViews.Summary(saga, options.Value.RepeatsBeforeAlert),
            SagaViews.Data(saga),
            SagaViews.Timeline(saga.Timeline),
            TransactionOutlook.Of(saga, map, options.Value),
            await CommandsAsync(saga, cancellationToken),
            raised,
            [.. raised.Select(a => a.CaseId).Distinct()],
            saga.SourceAccountId.Length == 0 ? [] : await parked.OfKeyAsync(saga.SourceAccountId, MaxParked, cancellationToken));
    }

    async Task<IReadOnlyList<SagaCommandView>> CommandsAsync(TransactionSaga saga, CancellationToken cancellationToken)
    {
        var commands = TransactionCommands.Of(saga).ToList();
        var known = await postings.FindCommandsAsync([.. commands.Select(c => c.CommandId)], cancellationToken);
        var views = new List<SagaCommandView>();
        foreach (var (step, commandId, accountId) in commands)
        {
            if (known.GetValueOrDefault(commandId) is { } found)
                views.Add(new SagaCommandView(step, commandId, found.State, found.AccountId ?? accountId, found.At, found.Event, found.Version, found.AmountMinor, found.Reason));
        }
        return views;
    }
}

/// <summary>GET /v1/sagas/transactions/{id}.</summary>
static class GetSaga
{
    public static async Task<Results<Ok<SagaView>, ProblemHttpResult>> HandleAsync(
        Guid transactionId, SagaDetails details, HttpContext context, CancellationToken cancellationToken)
    {
        if (await details.FindAsync(transactionId, cancellationToken) is not { } view)
            return ApiProblem.Of(ProblemKinds.TransactionNotFound);
        context.Response.Headers.ETag = view.Saga.Etag;
        return TypedResults.Ok(view);
    }
}
