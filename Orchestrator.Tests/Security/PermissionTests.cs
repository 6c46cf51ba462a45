using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Api.Security;
using Orchestrator.Tests.Api;
using Orchestrator.Tests.Approved;

namespace Orchestrator.Tests.Security;

/// <summary>Every operation that the running service describes, with every role, without one, and with tokens that are no good.</summary>
[Collection(ApiCollection.Name)]
public sealed class PermissionTests(ApiFixture api)
{
    const string AnId = "018f4e2a-d000-7000-8000-00000000dead";

    // What would do something with an empty body.
    static readonly Dictionary<string, string> Bodies = new(StringComparer.Ordinal) { ["POST /v1/cases/claim"] = """{ "queue": "nothing_here" }""" };

    [Fact]
    public async Task Routes_when_compared_with_what_was_approved_are_for_the_same_people()
    {
        var routes = (await api.GetAsync("/dev/routes")).Json.EnumerateArray()
            .Select(r => $"{r.GetProperty("method").GetString(),-7}{r.GetProperty("path").GetString()}  {string.Join(' ', r.GetProperty("for").EnumerateArray().Select(w => w.GetString()))}")
            .Order(StringComparer.Ordinal)
            .ToList();

        // What says nothing of itself is open to nobody, which nobody wants.
        Assert.DoesNotContain(routes, r => r.EndsWith("nobody", StringComparison.Ordinal));
        ApprovedText.Check("Orchestrator.Tests/Approved/permissions.txt", string.Join('\n', routes) + "\n");
    }

    [Fact]
    public async Task Operations_when_called_let_in_those_they_name_and_nobody_else()
    {
        var operations = await OperationsAsync();
        Assert.True(operations.Count > 90, $"{operations.Count} operations");
        using var anonymous = new HttpClient { BaseAddress = api.Http.BaseAddress };
        var strangers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["expired"] = await TokenAsync(api.DataDirectory, TimeProvider.System.GetUtcNow().AddDays(-2)),
            ["forged"] = await ForeignAsync(),
            ["nonsense"] = "nonsense",
        };
        var clients = Roles.All.ToDictionary(role => role, role => api.As($"matrix-{role}", role), StringComparer.Ordinal);
        var breaches = new List<string>();
        foreach (var operation in operations)
        {
            await ExpectAsync("nobody", operation, token: null, anonymous, HttpStatusCode.Unauthorized, operation.WithoutToken);
            foreach (var (who, token) in strangers)
                await ExpectAsync(who, operation, token, anonymous, HttpStatusCode.Unauthorized, operation.WithoutToken);
            if (operation.IsByKey)
            {
                // No role stands for a write key.
                foreach (var (role, client) in clients)
                    await ExpectAsync(role, operation, token: null, client, HttpStatusCode.Unauthorized, operation.WithoutToken);
                continue;
            }
            foreach (var role in Roles.All.Except(operation.Roles, StringComparer.Ordinal))
                await ExpectAsync(role, operation, token: null, clients[role], HttpStatusCode.Forbidden, "forbidden");
            foreach (var role in operation.Roles)
            {
                using var answer = await clients[role].SendAsync(operation.Request(whole: true), HttpCompletionOption.ResponseHeadersRead);
                if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
                    breaches.Add($"{operation.Name} as {role}: {(int)answer.StatusCode}");
            }
        }
        foreach (var client in clients.Values)
            client.Dispose();

        Assert.Empty(breaches);

        async Task ExpectAsync(string who, Operation operation, string? token, HttpClient client, HttpStatusCode status, string problem)
        {
            // A body that would be refused by whoever looked at it: who may not comes no further.
            using var request = operation.Request(whole: false);
            if (token is not null)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            var answer = await Answer.OfAsync(await client.SendAsync(request));
            if (answer.Status != status || answer.Problem != problem || answer.Header("WWW-Authenticate") is null)
                breaches.Add($"{operation.Name} as {who}: {(int)answer.Status} {answer.Problem}");
        }
    }

    [Fact]
    public async Task Operations_when_an_auditor_asks_are_all_that_read_and_none_that_change()
    {
        var operations = await OperationsAsync();

        Assert.All(operations, o => Assert.True(o.Method == HttpMethod.Get == o.Roles.Contains(Roles.Auditor), o.Name));
    }

    async Task<List<Operation>> OperationsAsync()
    {
        var document = (await api.GetAsync("/swagger/v1/swagger.json")).Json;
        return
        [
            .. from path in document.GetProperty("paths").EnumerateObject()
               from operation in path.Value.EnumerateObject()
               select Operation.Of(path.Name, operation),
        ];
    }

    static async Task<string> ForeignAsync()
    {
        var directory = Directory.CreateTempSubdirectory("orchestrator-foreign-").FullName;
        try
        {
            return await TokenAsync(directory, TimeProvider.System.GetUtcNow());
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    static async Task<string> TokenAsync(string directory, DateTimeOffset now) =>
        new DevelopmentIssuer(await DevelopmentKey.LoadAsync(directory), new AuthenticationOptions(), new FakeTimeProvider(now)).Issue("stranger", Roles.All);

    sealed record Operation(HttpMethod Method, string Path, string? MediaType, IReadOnlyList<string> Roles)
    {
        public string Name => $"{Method} {Path}";

        public bool IsByKey => Roles.Count == 0;

        public string WithoutToken => IsByKey ? "write_key_unknown" : "unauthenticated";

        public static Operation Of(string path, JsonProperty operation) => new(
            HttpMethod.Parse(operation.Name),
            path,
            operation.Value.TryGetProperty("requestBody", out var body) ? body.GetProperty("content").EnumerateObject().First().Name : null,
            [.. operation.Value.GetProperty("x-roles").EnumerateArray().Select(r => r.GetString()!)]);

        public HttpRequestMessage Request(bool whole)
        {
            var request = new HttpRequestMessage(Method, Address());
            if (MediaType is not null)
                request.Content = new StringContent(whole ? Bodies.GetValueOrDefault(Name, "{}") : "{", Encoding.UTF8, MediaType);
            return request;
        }

        // An id, a number or a name of nothing: whatever asks for it finds nothing to change.
        string Address()
        {
            var address = Path;
            while (address.IndexOf('{', StringComparison.Ordinal) is >= 0 and var start)
            {
                var end = address.IndexOf('}', start);
                var name = address[(start + 1)..end];
                var value = name switch
                {
                    "month" => "2999-01",
                    "line" => "1",
                    "id" when Path.StartsWith("/v1/parked", StringComparison.Ordinal) => "999999999",
                    _ when name.EndsWith("id", StringComparison.OrdinalIgnoreCase) && name != "accountId" => AnId,
                    _ => "nothing-here",
                };
                address = address[..start] + value + address[(end + 1)..];
            }
            return address;
        }
    }
}
