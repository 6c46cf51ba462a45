using System.Text.Json;
using Orchestrator.Cli.Connections;
using Orchestrator.Messaging.Replay;

namespace Orchestrator.Cli.Replay;

/// <summary>A replay as the API answers.</summary>
public sealed record ReplayAnswer(
    Guid ReplayId, string State, bool DryRun, string Topic, string Target, string? Place, string RequestedBy, string Reason, DateTimeOffset RequestedAt, DateTimeOffset? EndedAt,
    DateTimeOffset? ExpiresAt, bool CancelRequested, bool PauseRequested, ReplayProgressAnswer? Progress, ReplayPlan? Plan, ReplayFailure? Failure, string? Error)
{
    /// <summary>Whether nothing more comes of it.</summary>
    public bool HasEnded => EndedAt is not null;

    /// <summary>Its state, and what somebody wants of it.</summary>
    public string Shown => CancelRequested && !HasEnded ? $"{State}, to be cancelled" : PauseRequested ? $"{State}, to be paused" : State;
}

/// <summary>How far it is.</summary>
public sealed record ReplayProgressAnswer(
    long Messages, long Bytes, long Done, long Total, double? PerSecond, long? EtaSeconds, long Deleted, IReadOnlyList<ReplayPartitionAnswer> Partitions);

/// <summary>How far it is in a partition.</summary>
public sealed record ReplayPartitionAnswer(int Partition, long FromOffset, long ToOffset, long NextOffset, long Messages, long Done, long Total, long Deleted);

/// <summary>Replays, through the service's HTTP API.</summary>
public sealed class ReplaysApi(ApiAccess access) : IDisposable
{
    static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    readonly ApiCalls _calls = new(access, TimeSpan.FromSeconds(60));

    /// <summary>Asks for one.</summary>
    public Task<JsonElement> StartAsync(IReadOnlyDictionary<string, object> request, CancellationToken cancellationToken) =>
        _calls.PostAsync<IReadOnlyDictionary<string, object>, JsonElement>("v1/replays", request, cancellationToken);

    /// <summary>One of them, as the API gives it.</summary>
    public Task<JsonElement> FindAsync(Guid id, CancellationToken cancellationToken) => _calls.GetAsync<JsonElement>($"v1/replays/{id}", cancellationToken);

    /// <summary>Some, the newest first, as the API gives them.</summary>
    public Task<JsonElement> ListAsync(int limit, CancellationToken cancellationToken) => _calls.GetAsync<JsonElement>($"v1/replays?limit={limit}", cancellationToken);

    /// <summary>Pauses, resumes, cancels or drops one.</summary>
    public Task<JsonElement> ChangeAsync(Guid id, string change, CancellationToken cancellationToken) => _calls.PostAsync<JsonElement>($"v1/replays/{id}/{change}", cancellationToken);

    /// <summary>An answer, read.</summary>
    public static ReplayAnswer Read(JsonElement answer) => answer.Deserialize<ReplayAnswer>(Web)!;

    /// <inheritdoc />
    public void Dispose() => _calls.Dispose();
}
