using System.Text.Json;
using Orchestrator.Cli.Connections;
using Orchestrator.Messaging.Parking;

namespace Orchestrator.Cli.Parked;

/// <summary>A page of parked messages as the API answers.</summary>
public sealed record ParkedAnswer(long Total, IReadOnlyList<ParkedCauseView> Groups, IReadOnlyList<ParkedView> Items, string? Next);

/// <summary>How many were asked for.</summary>
public sealed record ParkedCount(long Count);

/// <summary>The parked messages, through the service's HTTP API.</summary>
public sealed class ParkedApi(ApiAccess access) : IDisposable
{
    readonly ApiCalls _calls = new(access, TimeSpan.FromSeconds(30));

    /// <summary>A page; oldest first.</summary>
    public Task<ParkedAnswer> ListAsync(string? group, string? after, int limit, CancellationToken cancellationToken) =>
        _calls.GetAsync<ParkedAnswer>(
            $"v1/parked?limit={limit}" +
            (group is null ? "" : $"&group={Uri.EscapeDataString(group)}") + (after is null ? "" : $"&after={Uri.EscapeDataString(after)}"),
            cancellationToken);

    /// <summary>One message with its contents, as the API gives it.</summary>
    public Task<JsonElement> FindAsync(long id, CancellationToken cancellationToken) => _calls.GetAsync<JsonElement>($"v1/parked/{id}", cancellationToken);

    /// <summary>Asks for one message to be redriven or discarded.</summary>
    public Task<ParkedCount> OneAsync(long id, ParkedRequest request, CancellationToken cancellationToken) =>
        _calls.PostAsync<ParkedCount>($"v1/parked/{id}/{Verb(request)}", cancellationToken);

    /// <summary>Asks for all messages of a group.</summary>
    public Task<ParkedCount> GroupAsync(string group, ParkedRequest request, CancellationToken cancellationToken) =>
        _calls.PostAsync<ParkedCount>($"v1/parked/groups/{Uri.EscapeDataString(group)}/{Verb(request)}", cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _calls.Dispose();

    static string Verb(ParkedRequest request) => request == ParkedRequest.Redrive ? "redrive" : "discard";
}
