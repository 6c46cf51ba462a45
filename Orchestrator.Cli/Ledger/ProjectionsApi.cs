using Orchestrator.Cli.Connections;

namespace Orchestrator.Cli.Ledger;

/// <summary>A projection as the API answers.</summary>
public sealed record ProjectionAnswer(string Name, GenerationAnswer? Active, GenerationAnswer? Building);

/// <summary>A generation as the API answers.</summary>
public sealed record GenerationAnswer(
    int Generation, int Version, string State, string Source, long EventsFolded, long EventsTotal, double Progress, double? EventsPerSecond, long? Lag, string? Error);

/// <summary>A rebuild that will be done.</summary>
public sealed record RebuildAnswer(string Name, int Generation, string Source);

/// <summary>What a check has found.</summary>
public sealed record CheckAnswer(string Name, int Generation, bool Agrees, long EventsChecked, long EventsBehind, DifferenceAnswer? Difference);

/// <summary>The first difference.</summary>
public sealed record DifferenceAnswer(string Table, string Kind, string Row);

/// <summary>The ledger's projections, through the service's HTTP API.</summary>
public sealed class ProjectionsApi(ApiAccess access) : IDisposable
{
    // A check answers when it is done; Ctrl-C ends it.
    static readonly TimeSpan LongestCheck = TimeSpan.FromHours(12);

    readonly ApiCalls _calls = new(access, LongestCheck);

    /// <summary>All of them.</summary>
    public Task<IReadOnlyList<ProjectionAnswer>> ListAsync(CancellationToken cancellationToken) =>
        _calls.GetAsync<IReadOnlyList<ProjectionAnswer>>("v1/projections", cancellationToken);

    /// <summary>Asks for one to be built anew.</summary>
    public Task<RebuildAnswer> RebuildAsync(string name, string from, CancellationToken cancellationToken) =>
        _calls.PostAsync<RebuildAnswer>($"v1/projections/{Uri.EscapeDataString(name)}/rebuild?from={from}", cancellationToken);

    /// <summary>Compares one with the ledger's events.</summary>
    public Task<CheckAnswer> CheckAsync(string name, CancellationToken cancellationToken) =>
        _calls.PostAsync<CheckAnswer>($"v1/projections/{Uri.EscapeDataString(name)}/check", cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _calls.Dispose();
}
