using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Orchestrator.Api.Hosting;

/// <summary>How slowly a large body may come in where few are received at once: who is slower keeps others waiting for nothing.</summary>
static class UploadPace
{
    static readonly MinDataRate Slowest = new(bytesPerSecond: 16 << 10, gracePeriod: TimeSpan.FromSeconds(10));

    /// <summary>Sets the pace. HTTP/2 has a rate for the connection, not for a request.</summary>
    public static void Set(HttpContext context)
    {
        if (HttpProtocol.IsHttp11(context.Request.Protocol) && context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = Slowest;
    }
}
