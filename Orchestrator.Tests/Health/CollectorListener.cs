using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Tests.Health;

/// <summary>A collector of OpenTelemetry's protocol over HTTP: keeps what it is sent, and reads the spans of it by the protocol's public definition.</summary>
sealed class CollectorListener : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly ConcurrentQueue<(string Path, byte[] Body)> _received = [];

    CollectorListener(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    /// <summary>All that came, as text: names and values stand in it as they are.</summary>
    public string Text => string.Concat(_received.Select(r => Encoding.Latin1.GetString(r.Body)));

    /// <summary>Whether something came of <c>traces</c>, <c>metrics</c> or <c>logs</c>.</summary>
    public bool HasHeard(string what) => _received.Any(r => r.Path == $"/v1/{what}");

    /// <summary>The spans that came of a trace.</summary>
    public IReadOnlyList<CollectedSpan> SpansOf(string traceId) =>
        [.. from request in _received
            where request.Path == "/v1/traces"
            from resource in Fields(request.Body, 1)
            from scope in Fields(resource, 2)
            from span in Fields(scope, 2)
            where Convert.ToHexStringLower(Fields(span, 1).Single()) == traceId
            select new CollectedSpan(
                Convert.ToHexStringLower(Fields(span, 2).Single()), Convert.ToHexStringLower(Fields(span, 4).SingleOrDefault() ?? []), Encoding.UTF8.GetString(Fields(span, 5).Single()))];

    public static async Task<CollectorListener> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var listener = new CollectorListener(builder.Build());
        listener._app.MapPost("/v1/{what}", async (HttpContext context) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            listener._received.Enqueue((context.Request.Path, body.ToArray()));
            context.Response.ContentType = "application/x-protobuf";
        });
        await listener._app.StartAsync();
        return listener;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    // The length-delimited fields of a number in a Protobuf message.
    static List<byte[]> Fields(byte[] message, int number)
    {
        var found = new List<byte[]>();
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message, ref at);
            switch (tag & 7)
            {
                case 0: Varint(message, ref at); break;
                case 1: at += 8; break;
                case 5: at += 4; break;
                default:
                    var length = (int)Varint(message, ref at);
                    if ((int)(tag >> 3) == number)
                        found.Add(message[at..(at + length)]);
                    at += length;
                    break;
            }
        }
        return found;
    }

    static ulong Varint(byte[] message, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = message[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }
    }
}

/// <summary>A span as it came.</summary>
sealed record CollectedSpan(string Id, string ParentId, string Name);
