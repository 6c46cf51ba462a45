using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Submissions;

namespace Orchestrator.Api.Security;

/// <summary>Which pages of other origins may call the API from a browser: none, unless <see cref="ApiOptions.CorsOrigins"/> names them.</summary>
sealed class CrossOrigin(IOptions<ApiOptions> options) : IConfigureOptions<CorsOptions>
{
    /// <inheritdoc />
    public void Configure(CorsOptions cors) => cors.AddDefaultPolicy(policy => policy
        .WithOrigins([.. options.Value.CorsOrigins])
        .WithMethods(HttpMethods.Get, HttpMethods.Post)
        .WithHeaders(HeaderNames.Authorization, HeaderNames.ContentType, HeaderNames.Accept, HeaderNames.IfMatch, IdempotencyKey.Header)
        .WithExposedHeaders(HeaderNames.ETag, HeaderNames.Location, HeaderNames.RetryAfter, HeaderNames.ContentDisposition, HeaderNames.WWWAuthenticate, SubmissionResult.ReplayedHeader));
}
