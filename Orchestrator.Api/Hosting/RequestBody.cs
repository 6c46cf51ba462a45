using System.Buffers;

namespace Orchestrator.Api.Hosting;

/// <summary>Reads a request's body whole. The server itself refuses what is longer than the endpoint takes.</summary>
static class RequestBody
{
    /// <summary>Reads it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="capacity">How many bytes are expected; zero when that is not known.</param>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context, int capacity = 0)
    {
        var body = capacity > 0 ? new ArrayBufferWriter<byte>(capacity) : new ArrayBufferWriter<byte>();
        while (true)
        {
            var read = await context.Request.BodyReader.ReadAsync(context.RequestAborted);
            foreach (var segment in read.Buffer)
                body.Write(segment.Span);
            context.Request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return body.WrittenMemory;
        }
    }
}
