using System.Net.Http.Json;
using System.Text.Json;
using Orchestrator.Cli.Output;
using Orchestrator.Messaging.Parking;

namespace Orchestrator.Cli.Parked;

/// <summary>A page of parked messages as the API answers.</summary>
public sealed record ParkedAnswer(long Total, IReadOnlyList<ParkedCauseView> Groups, IReadOnlyList<ParkedView> Items, string? Next);

/// <summary>How many were asked for.</summary>
public sealed record ParkedCount(long Count);

/// <summary>The parked messages, through the service's HTTP API.</summary>
public sealed class ParkedApi(Uri api, string actor) : IDisposable
{
    readonly HttpClient _http = new() { BaseAddress = api, Timeout = TimeSpan.FromSeconds(30), DefaultRequestHeaders = { { "X-Actor", actor } } };

    /// <summary>A page; oldest first.</summary>
    public Task<ParkedAnswer> ListAsync(string? group, string? after, int limit, CancellationToken cancellationToken)
    {
        var query = $"v1/parked?limit={limit}" +
            (group is null ? "" : $"&group={Uri.EscapeDataString(group)}") + (after is null ? "" : $"&after={Uri.EscapeDataString(after)}");
        return SendAsync<ParkedAnswer>(() => _http.GetAsync(query, cancellationToken), cancellationToken);
    }

    /// <summary>One message with its contents, as the API gives it.</summary>
    public Task<JsonElement> FindAsync(long id, CancellationToken cancellationToken) =>
        SendAsync<JsonElement>(() => _http.GetAsync($"v1/parked/{id}", cancellationToken), cancellationToken);

    /// <summary>Asks for one message to be redriven or discarded.</summary>
    public Task<ParkedCount> OneAsync(long id, ParkedRequest request, CancellationToken cancellationToken) =>
        SendAsync<ParkedCount>(() => _http.PostAsync($"v1/parked/{id}/{Verb(request)}", content: null, cancellationToken), cancellationToken);

    /// <summary>Asks for all messages of a group.</summary>
    public Task<ParkedCount> GroupAsync(string group, ParkedRequest request, CancellationToken cancellationToken) =>
        SendAsync<ParkedCount>(
            () => _http.PostAsync($"v1/parked/groups/{Uri.EscapeDataString(group)}/{Verb(request)}", content: null, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    static string Verb(ParkedRequest request) => request == ParkedRequest.Redrive ? "redrive" : "discard";

    async Task<T> SendAsync<T>(Func<Task<HttpResponseMessage>> send, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await send();
            if (!answer.IsSuccessStatusCode)
                throw await RefusedAsync(answer, cancellationToken);
            return await answer.Content.ReadFromJsonAsync<T>(cancellationToken) ?? throw new CommandException("bad_answer", $"{api} answered with nothing.");
        }
        catch (HttpRequestException e)
        {
            throw new CommandException("api_unreachable", $"{api}: {e.Message}", e);
        }
        catch (JsonException e)
        {
            throw new CommandException("bad_answer", $"{api} did not answer as expected: {e.Message}", e);
        }
    }

    static async Task<CommandException> RefusedAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        try
        {
            var problem = JsonSerializer.Deserialize<JsonElement>(text);
            string? Field(string name) => problem.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
            return new CommandException($"refused_{(int)answer.StatusCode}", Field("detail") ?? Field("title") ?? text);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new CommandException($"refused_{(int)answer.StatusCode}", text.Length > 0 ? text : $"{answer.ReasonPhrase}");
        }
    }
}
