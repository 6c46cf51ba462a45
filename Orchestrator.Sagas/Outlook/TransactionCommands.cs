using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Sagas.Outlook;

/// <summary>A command that a transaction may have sent to the ledger.</summary>
/// <param name="Step">The step.</param>
/// <param name="CommandId">Its id, always the same for the same step of the same transaction.</param>
/// <param name="AccountId">The account that it acts on.</param>
public sealed record SagaCommand(string Step, Guid CommandId, string? AccountId);

/// <summary>A transaction's commands to the ledger, by their ids.</summary>
public static class TransactionCommands
{
    const int MaxAttempts = 20;

    /// <summary>All that there may be, in their order. What would undo it has another id each time that it is asked for anew.</summary>
    public static IReadOnlyList<SagaCommand> Of(TransactionSaga saga)
    {
        var commands = new List<SagaCommand>
        {
            new("hold", StepIds.Of(saga.CorrelationId, "hold"), saga.SourceAccountId),
            new("credit", StepIds.Of(saga.CorrelationId, "credit"), saga.DestinationAccountId),
            new("capture", StepIds.Of(saga.CorrelationId, "capture"), saga.SourceAccountId),
        };
        for (var attempt = 0; attempt <= Math.Min(saga.Details?.Attempt ?? 0, MaxAttempts); attempt++)
        {
            commands.Add(new(Named("release", attempt), StepIds.Of(saga.CorrelationId, Named("release", attempt)), saga.SourceAccountId));
            commands.Add(new(Named("reverse", attempt), StepIds.Of(saga.CorrelationId, Named("reverse", attempt)), saga.DestinationAccountId));
        }
        return commands;
    }

    static string Named(string step, int attempt) => attempt == 0 ? step : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{step}:{attempt}");

    /// <summary>The id of an alert that the saga raises: the same alert, whoever raises it.</summary>
    /// <param name="transactionId">The transaction.</param>
    /// <param name="kind">The alert's kind.</param>
    public static Guid AlertId(Guid transactionId, string kind) => StepIds.Of(transactionId, $"alert:{kind}");
}
