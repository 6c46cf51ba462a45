using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Orchestrator.Api.OpenApi;
using Orchestrator.Api.Security;

namespace Orchestrator.Tests.Api.OpenApi;

/// <summary>Every example of the document is taken as it stands: whoever copies one gets an answer that the document names, and never that the request is no good.</summary>
[Collection(ApiCollection.Name)]
public sealed class DocumentedExamplesTests(ApiFixture api)
{
    [Fact]
    public async Task Examples_when_sent_as_they_stand_are_all_understood()
    {
        var document = (await api.GetAsync(OpenApiModule.Document)).Json;
        var operations = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => (Path: path.Name, Method: operation.Name, Operation: operation.Value)))
            .Where(o => o.Operation.TryGetProperty("requestBody", out _))
            // Accounts and rules first: others name them.
            .OrderBy(o => o.Path is "/v1/accounts" or "/v1/rulesets" ? 0 : 1).ThenBy(o => o.Path, StringComparer.Ordinal)
            .ToList();

        using var everybody = api.As("examples", [.. Roles.All]);
        var failures = new List<string>();
        foreach (var (path, method, operation) in operations)
        {
            foreach (var (mediaType, example) in ExamplesOf(document, operation, failures, path))
            {
                using var request = new HttpRequestMessage(HttpMethod.Parse(method), Filled(path) + (Takes(operation, "reason") ? "?reason=as+documented" : "")) { Content = new StringContent(example, Encoding.UTF8, mediaType) };
                if (Takes(operation, "Idempotency-Key"))
                    request.Headers.Add("Idempotency-Key", $"example-{path}");
                if (Takes(operation, "X-Write-Key"))
                    request.Headers.Add("X-Write-Key", "development");
                using var answer = await everybody.SendAsync(request);
                var status = $"{(int)answer.StatusCode}";
                if (!operation.GetProperty("responses").TryGetProperty(status, out _))
                    failures.Add($"{method} {path} answers {status}, which is not documented");
                if (status is "400" or "413" or "415" or "422" or "500" or "501" or "503")
                    failures.Add($"{method} {path} answers {status} {await answer.Content.ReadAsStringAsync()} to {example}");
            }
        }

        Assert.True(operations.Count > 20, "the document has bodies");
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    static bool Takes(JsonElement operation, string parameter) =>
        operation.TryGetProperty("parameters", out var parameters) && parameters.EnumerateArray().Any(p => p.GetProperty("name").GetString() == parameter);

    static IEnumerable<(string MediaType, string Example)> ExamplesOf(JsonElement document, JsonElement operation, List<string> failures, string path)
    {
        foreach (var content in operation.GetProperty("requestBody").GetProperty("content").EnumerateObject())
        {
            if (!content.Name.EndsWith("json", StringComparison.Ordinal))
                continue;
            var schema = content.Value.GetProperty("schema");
            if (schema.TryGetProperty("$ref", out var reference))
                schema = reference.GetString()!.Split('/')[1..].Aggregate(document, (at, name) => at.GetProperty(name));
            if (content.Value.TryGetProperty("example", out var own))
                yield return (content.Name, own.GetRawText());
            else if (schema.TryGetProperty("examples", out var examples) && examples.GetArrayLength() > 0)
                yield return (content.Name, examples[0].GetRawText());
            else
                failures.Add($"{path} has no example of {content.Name}");
        }
    }

    // Ids as the examples have them; of what is nowhere, one that is nowhere.
    static string Filled(string path) => path
        .Replace("{accountId}", "alice", StringComparison.Ordinal)
        .Replace("{transactionId}", "018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a1b", StringComparison.Ordinal)
        .Replace("{transferId}", "018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a1d", StringComparison.Ordinal)
        .Replace("{holdId}", "018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a1f", StringComparison.Ordinal)
        .Replace("{version}", "2026-03-cash", StringComparison.Ordinal)
        .Replace("{name}", "mules", StringComparison.Ordinal)
        .Replace("{line}", "1", StringComparison.Ordinal) is var filled
            ? Regex.Replace(filled, "{[a-zA-Z]*Id}|{id}", "018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0aff", RegexOptions.None, TimeSpan.FromSeconds(1))
            : path;
}
