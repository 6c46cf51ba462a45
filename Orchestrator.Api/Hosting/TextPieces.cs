using Microsoft.Net.Http.Headers;

namespace Orchestrator.Api.Hosting;

/// <summary>
/// An answer of text that is made while it is sent, so that its length does not matter. When it cannot be made to its end the connection is broken off:
/// nobody takes a part for the whole.
/// </summary>
/// <param name="format">What it is.</param>
/// <param name="pieces">The text.</param>
/// <param name="fileName">Under what name it is to be kept; none when it is to be shown.</param>
/// <param name="headers">Further headers.</param>
sealed class TextPieces(
    ResponseFormat format, IAsyncEnumerable<string> pieces, string? fileName = null, params IReadOnlyList<(string Name, string Value)> headers) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        await using var enumerator = pieces.GetAsyncEnumerator(httpContext.RequestAborted);
        // The first piece before the headers: what is wrong from the start is still answered as a problem.
        var any = await enumerator.MoveNextAsync();
        response.ContentType = $"{format.MediaType}; charset=utf-8";
        response.Headers[HeaderNames.XContentTypeOptions] = "nosniff";
        if (fileName is not null)
            response.Headers[HeaderNames.ContentDisposition] = $"attachment; filename=\"{fileName}\"";
        foreach (var (name, value) in headers)
            response.Headers[name] = value;
        while (any)
        {
            await response.WriteAsync(enumerator.Current, httpContext.RequestAborted);
            any = await enumerator.MoveNextAsync();
        }
    }
}
