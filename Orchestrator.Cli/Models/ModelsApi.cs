using System.Text.Json;
using Orchestrator.Cli.Connections;
using Orchestrator.Decisioning.Models;

namespace Orchestrator.Cli.Models;

/// <summary>A version as the API answers, of which this much is read.</summary>
/// <param name="Version">Its name.</param>
/// <param name="State">Where it stands.</param>
public sealed record ModelAnswer(string Version, string State);

/// <summary>A page of models as the API answers.</summary>
public sealed record ModelsPage(IReadOnlyList<ModelSummary> Items, string? Next);

/// <summary>The service's models, through its HTTP API.</summary>
public sealed class ModelsApi(ApiAccess access) : IDisposable
{
    readonly ApiCalls _calls = new(access, TimeSpan.FromSeconds(100));

    /// <summary>Uploads a file as a draft.</summary>
    public Task<ModelAnswer> UploadAsync(byte[] file, string reason, CancellationToken cancellationToken) =>
        _calls.PostFileAsync<ModelAnswer>($"v1/models?reason={Uri.EscapeDataString(reason)}", file, "application/json", cancellationToken);

    /// <summary>A page, by version.</summary>
    public Task<ModelsPage> ListAsync(string? after, int limit, CancellationToken cancellationToken) =>
        _calls.GetAsync<ModelsPage>($"v1/models?limit={limit}" + (after is null ? "" : $"&after={Uri.EscapeDataString(after)}"), cancellationToken);

    /// <summary>A model as the API gives it.</summary>
    public Task<JsonElement> FindAsync(string version, CancellationToken cancellationToken) =>
        _calls.GetAsync<JsonElement>($"v1/models/{Uri.EscapeDataString(version)}", cancellationToken);

    /// <summary>A model's file.</summary>
    public Task<byte[]> DownloadAsync(string version, CancellationToken cancellationToken) =>
        _calls.GetFileAsync($"v1/models/{Uri.EscapeDataString(version)}/content", cancellationToken);

    /// <summary>Asks for a change of state: shadow, activate, rollback or retire.</summary>
    public Task<ModelAnswer> ChangeAsync(string version, string change, string reason, CancellationToken cancellationToken) =>
        _calls.PostAsync<ModelReason, ModelAnswer>($"v1/models/{Uri.EscapeDataString(version)}/{change}", new ModelReason(reason), cancellationToken);

    /// <summary>What decided beside what was on trial, as the API gives it.</summary>
    /// <param name="from">From when on, as an instant or a day; null for the API's own choice.</param>
    /// <param name="to">Before when; null for now.</param>
    /// <param name="assumeGenuine">Whether what has no label counts as genuine.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<JsonElement> CompareAsync(string? from, string? to, bool assumeGenuine, CancellationToken cancellationToken) =>
        _calls.GetAsync<JsonElement>(
            $"v1/models/comparison?assumeGenuine={(assumeGenuine ? "true" : "false")}" +
            (from is null ? "" : $"&from={Uri.EscapeDataString(from)}") + (to is null ? "" : $"&to={Uri.EscapeDataString(to)}"),
            cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _calls.Dispose();

    sealed record ModelReason(string Reason);
}
