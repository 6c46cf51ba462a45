using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Sagas.Diagrams;
using Orchestrator.Sagas.Machines;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Api.Sagas;

/// <summary>Pictures of a saga's machine, and of the way that one took through it.</summary>
static class SagaDiagrams
{
    static readonly ResponseFormat Svg = new("svg", "image/svg+xml");
    static readonly ResponseFormat Mermaid = new("mermaid", "text/vnd.mermaid");

    /// <summary>GET /v1/sagas/machines/{type}/diagram.</summary>
    public static Results<ContentHttpResult, ProblemHttpResult> OfMachine(string type, SagaMachines machines, HttpContext context, string? format = null) =>
        machines.Maps.GetValueOrDefault(type) is not { } map
            ? ApiProblem.Of(ProblemKinds.MachineNotFound, $"There is {string.Join(", ", machines.Maps.Keys)}.")
            : Answer(new MachineDrawing($"The saga of {(type == SagaMachines.Account ? "an" : "a")} {type}", $"All {map.States.Count} states of the machine, and what leads from one to another.", map, null, []), context, format);

    /// <summary>GET /v1/sagas/transactions/{id}/diagram.</summary>
    public static async Task<Results<ContentHttpResult, ProblemHttpResult>> OfTransactionAsync(
        Guid transactionId, TransactionReader transactions, SagaMachines machines, HttpContext context, CancellationToken cancellationToken, string? format = null)
    {
        if (await transactions.FindAsync(transactionId, cancellationToken) is not { } saga)
            return ApiProblem.Of(ProblemKinds.TransactionNotFound);
        var map = machines.Maps[SagaMachines.Transaction];
        var path = TakenPath.Of(saga, map);
        return Answer($"Transaction {transactionId}", saga.CurrentState, path, map, context, format);
    }

    /// <summary>The machine with the state that a saga is in, and the way that it took.</summary>
    public static Results<ContentHttpResult, ProblemHttpResult> Answer(
        string title, string state, IReadOnlyList<string> path, MachineMap map, HttpContext context, string? format) =>
        Answer(new MachineDrawing(title, $"It is in {state}. It went {string.Join(", ", path)}.", map, state, path), context, format);

    static Results<ContentHttpResult, ProblemHttpResult> Answer(MachineDrawing drawing, HttpContext context, string? format)
    {
        if (ResponseFormat.Choose(format, context, out var chosen, Svg, Mermaid) is { } refused)
            return refused;
        // It stands alone in a browser, too, and loads and runs nothing.
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Text(chosen == Svg ? SvgDiagram.Draw(drawing) : MermaidDiagram.Draw(drawing), chosen.MediaType, System.Text.Encoding.UTF8);
    }
}
