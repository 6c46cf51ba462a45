using System.Text.Json;
using Orchestrator.Cli.Connections;
using Orchestrator.Messaging.Parking;

namespace Orchestrator.Cli.Parked;

/// <summary>A page of parked messages as the API answers.</summary>
public sealed record ParkedAnswer(long Total, IReadOnlyList<ParkedCauseView> Groups, IReadOnlyList<ParkedView> Items, string? Next);

/// <summary>The causes as the API answers.</summary>
public sealed record ParkedGroupsAnswer(long Total, IReadOnlyList<ParkedCauseView> Items);

/// <summary>A page of edits or redrives as the API answers.</summary>
public sealed record ParkedListAnswer<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>How many were asked for.</summary>
public sealed record ParkedCount(long Count);

/// <summary>The parked messages, through the service's HTTP API.</summary>
public sealed class ParkedApi(ApiAccess access) : IDisposable
{
    readonly ApiCalls _calls = new(access, TimeSpan.FromSeconds(30));

    /// <summary>The causes.</summary>
    public Task<ParkedGroupsAnswer> GroupsAsync(CancellationToken cancellationToken) => _calls.GetAsync<ParkedGroupsAnswer>("v1/parked/groups", cancellationToken);

    /// <summary>A page; oldest first.</summary>
    /// <param name="query">Which, as an address says it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<ParkedAnswer> SearchAsync(string query, CancellationToken cancellationToken) => _calls.GetAsync<ParkedAnswer>($"v1/parked?{query}", cancellationToken);

    /// <summary>Writes an export.</summary>
    public Task ExportAsync(string query, Stream to, CancellationToken cancellationToken) => _calls.CopyAsync($"v1/parked/export?{query}", to, cancellationToken);

    /// <summary>One message with its contents, as the API gives it.</summary>
    public Task<JsonElement> FindAsync(long id, CancellationToken cancellationToken) => _calls.GetAsync<JsonElement>($"v1/parked/{id}", cancellationToken);

    /// <summary>What waits behind a message.</summary>
    public Task<ParkedQueue> QueueAsync(long id, string? after, int limit, CancellationToken cancellationToken) =>
        _calls.GetAsync<ParkedQueue>($"v1/parked/{id}/queue?limit={limit}" + (after is null ? "" : $"&after={Uri.EscapeDataString(after)}"), cancellationToken);

    /// <summary>Asks for one message to be redriven or discarded.</summary>
    public Task<ParkedCount> OneAsync(long id, ParkedRequest request, CancellationToken cancellationToken) =>
        _calls.PostAsync<ParkedCount>($"v1/parked/{id}/{Verb(request)}", cancellationToken);

    /// <summary>Asks for all messages of a group.</summary>
    public Task<ParkedCount> GroupAsync(string group, ParkedRequest request, CancellationToken cancellationToken) =>
        _calls.PostAsync<ParkedCount>($"v1/parked/groups/{Uri.EscapeDataString(group)}/{Verb(request)}", cancellationToken);

    /// <summary>Proposes another body.</summary>
    public Task<ParkedEdit> ProposeAsync(long id, JsonElement payload, string reason, Guid editId, CancellationToken cancellationToken) =>
        _calls.PostAsync<object, ParkedEdit>($"v1/parked/{id}/edits", new { payload, reason, editId }, cancellationToken);

    /// <summary>Edits, the newest first.</summary>
    public Task<ParkedListAnswer<ParkedEdit>> EditsAsync(string? state, CancellationToken cancellationToken) =>
        _calls.GetAsync<ParkedListAnswer<ParkedEdit>>("v1/parked/edits" + (state is null ? "" : $"?state={Uri.EscapeDataString(state)}"), cancellationToken);

    /// <summary>One edit with both bodies, as the API gives it.</summary>
    public Task<JsonElement> EditAsync(Guid editId, CancellationToken cancellationToken) => _calls.GetAsync<JsonElement>($"v1/parked/edits/{editId}", cancellationToken);

    /// <summary>Approves or rejects an edit.</summary>
    public Task<ParkedEdit> DecideAsync(Guid editId, bool approve, string reason, CancellationToken cancellationToken) =>
        _calls.PostAsync<object, ParkedEdit>($"v1/parked/edits/{editId}/{(approve ? "approve" : "reject")}", new { reason }, cancellationToken);

    /// <summary>Asks for a redrive at a rate.</summary>
    public Task<Redrive> RedriveAsync(object order, CancellationToken cancellationToken) => _calls.PostAsync<object, Redrive>("v1/parked/redrives", order, cancellationToken);

    /// <summary>Redrives, the newest first.</summary>
    public Task<ParkedListAnswer<Redrive>> RedrivesAsync(CancellationToken cancellationToken) => _calls.GetAsync<ParkedListAnswer<Redrive>>("v1/parked/redrives", cancellationToken);

    /// <summary>One redrive.</summary>
    public Task<Redrive> RedriveAsync(Guid redriveId, CancellationToken cancellationToken) => _calls.GetAsync<Redrive>($"v1/parked/redrives/{redriveId}", cancellationToken);

    /// <summary>Cancels a redrive.</summary>
    public Task<Redrive> CancelAsync(Guid redriveId, CancellationToken cancellationToken) => _calls.PostAsync<Redrive>($"v1/parked/redrives/{redriveId}/cancel", cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _calls.Dispose();

    static string Verb(ParkedRequest request) => request == ParkedRequest.Redrive ? "redrive" : "discard";
}
