using System.Buffers;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Orchestrator.Api.Problems;

namespace Orchestrator.Api.Activity.Ingest;

/// <summary>Answers POST /v1/activity.</summary>
sealed class IngestEndpoint(WriteKeys keys, ActivityPublisher publisher, IngestTelemetry telemetry, IOptions<IngestOptions> options, TimeProvider time)
{
    /// <summary>The header with the write key.</summary>
    public const string KeyHeader = "X-Write-Key";

    /// <summary>The same in the address, for senders that can set no header.</summary>
    public const string KeyParameter = "key";

    readonly ActivityReader _reader = new(() => Guid.CreateVersion7(time.GetUtcNow()), options.Value.IpTruncation);

    /// <summary>Takes what a request sends.</summary>
    public async Task<Results<Accepted<ActivityAccepted>, ProblemHttpResult>> TakeAsync(HttpContext context, string? key)
    {
        if (keys.Find(key) is not { } sender)
        {
            context.Response.Headers.WWWAuthenticate = "WriteKey";
            return Refuse(ProblemKinds.WriteKeyUnknown);
        }
        if (!MaySend(context.Request, sender))
            return Refuse(ProblemKinds.OriginNotAllowed);
        if (!sender.TryUse())
        {
            context.Response.Headers.RetryAfter = "1";
            return Refuse(ProblemKinds.TooManyRequests);
        }
        if (!IsText(context.Request))
            return Refuse(ProblemKinds.UnsupportedMediaType);
        var read = await ReadAsync(context);
        foreach (var refused in read.Refused)
            telemetry.Refused(refused.Errors[0].Code);
        var outcome = await publisher.PublishAsync(read.Taken, context.RequestAborted);
        if (outcome == Publishing.Acknowledged)
        {
            telemetry.Accepted(sender.Name, read.Taken.Count);
            return TypedResults.Accepted((string?)null, new ActivityAccepted(read.Taken.Count, read.Refused));
        }
        context.Response.Headers.RetryAfter = "1";
        return Refuse(outcome == Publishing.TooManyUnderWay ? ProblemKinds.TooManyEvents : ProblemKinds.ActivityNotPublished);
    }

    ProblemHttpResult Refuse(ProblemKind kind)
    {
        telemetry.Refused(kind.Code);
        return ApiProblem.Of(kind);
    }

    async Task<ReadEvents> ReadAsync(HttpContext context)
    {
        var body = context.Request.BodyReader;
        while (true)
        {
            // The server refuses what is longer than the endpoint takes.
            var arrived = await body.ReadAsync(context.RequestAborted);
            if (!arrived.IsCompleted)
            {
                body.AdvanceTo(arrived.Buffer.Start, arrived.Buffer.End);
                continue;
            }
            try
            {
                return Read(arrived.Buffer, context);
            }
            catch (ApiProblemException problem)
            {
                telemetry.Refused(problem.Kind.Code);
                throw;
            }
            finally
            {
                body.AdvanceTo(arrived.Buffer.End);
            }
        }
    }

    ReadEvents Read(in ReadOnlySequence<byte> body, HttpContext context)
    {
        var arrival = new Arrival(time.GetUtcNow(), context.Request.Headers.UserAgent, context.Connection.RemoteIpAddress);
        if (body.IsSingleSegment)
            return _reader.Read(body.FirstSpan, arrival);
        var length = (int)body.Length;
        var whole = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            body.CopyTo(whole);
            return _reader.Read(whole.AsSpan(0, length), arrival);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
    }

    // Browsers say where a page is from; whoever is no browser says nothing. The service's own pages are at home here.
    static bool MaySend(HttpRequest request, WriteKey key) =>
        request.Headers.Origin.ToString() is not { Length: > 0 } origin || key.Takes(origin)
            || string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);

    // A beacon goes without asking first only as plain text.
    static bool IsText(HttpRequest request) =>
        request.HasJsonContentType() || (MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase));
}
