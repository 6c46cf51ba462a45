using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Tests.Casework;

/// <summary>A receiver of webhooks: a real HTTP server that verifies signatures by its own reading of the specification.</summary>
sealed class WebhookReceiver : IAsyncDisposable
{
    readonly WebApplication _app;

    WebhookReceiver(WebApplication app) => _app = app;

    public ConcurrentQueue<Received> Messages { get; } = [];

    /// <summary>What is answered; given how many came before.</summary>
    public Func<int, HttpContext, Task> Answer { get; set; } = (_, context) =>
    {
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    };

    public string Url => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/hooks";

    public static async Task<WebhookReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var receiver = new WebhookReceiver(builder.Build());
        receiver._app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var before = receiver.Messages.Count;
            var headers = context.Request.Headers;
            receiver.Messages.Enqueue(new Received(
                $"{headers["webhook-id"]}", $"{headers["webhook-timestamp"]}", $"{headers["webhook-signature"]}", Encoding.UTF8.GetString(body.ToArray()), $"{context.Request.Path}"));
            await receiver.Answer(before, context);
        });
        await receiver._app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>A message as it came.</summary>
    public sealed record Received(string Id, string Timestamp, string Signature, string Body, string Path)
    {
        /// <summary>As the specification has it: any of the signatures fits, and the time is within five minutes.</summary>
        public bool IsGenuine(string secret, DateTimeOffset now)
        {
            if (!long.TryParse(Timestamp, out var sent) || Math.Abs(now.ToUnixTimeSeconds() - sent) > 300)
                return false;
            using var mac = new HMACSHA256(Convert.FromBase64String(secret["whsec_".Length..]));
            var expected = mac.ComputeHash([.. Encoding.UTF8.GetBytes(Id), (byte)'.', .. Encoding.UTF8.GetBytes(Timestamp), (byte)'.', .. Encoding.UTF8.GetBytes(Body)]);
            return Signature.Split(' ').Any(s => s.StartsWith("v1,", StringComparison.Ordinal) && CryptographicOperations.FixedTimeEquals(Convert.FromBase64String(s[3..]), expected));
        }
    }
}
