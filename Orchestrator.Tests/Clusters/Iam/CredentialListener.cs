using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Tests.Clusters.Iam;

/// <summary>Answers as the endpoints of a container, of an instance and of the Security Token Service do, to whoever asks as each wants it.</summary>
public sealed class CredentialListener : IAsyncDisposable
{
    const string Answer = """{"Code":"Success","AccessKeyId":"ID","SecretAccessKey":"KEY","Token":"SESSION","Expiration":"2026-05-01T18:00:00Z"}""";

    readonly WebApplication _app;

    CredentialListener(WebApplication app) => _app = app;

    /// <summary>Its address.</summary>
    public Uri Address => new(_app.Urls.Single());

    /// <summary>Starts it.</summary>
    public static async Task<CredentialListener> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/container", (HttpRequest request) => request.Headers.Authorization == "of the pod" ? Results.Text(Answer) : Results.StatusCode(401));
        app.MapGet("/broken", () => Results.Text("{\"SecretAccessKey\":\"KEY"));
        app.MapGet("/elsewhere", () => Results.Redirect("http://127.0.0.1:1/"));
        app.MapPut("/latest/api/token", (HttpRequest request) => request.Headers["X-aws-ec2-metadata-token-ttl-seconds"] == "300" ? Results.Text("session-2") : Results.StatusCode(400));
        app.MapGet("/latest/meta-data/iam/security-credentials/", (HttpRequest request) => request.Headers["X-aws-ec2-metadata-token"] == "session-2" ? Results.Text("payments\n") : Results.StatusCode(401));
        app.MapGet("/latest/meta-data/iam/security-credentials/payments", (HttpRequest request) =>
            request.Headers["X-aws-ec2-metadata-token"] == "session-2" ? Results.Text(Answer) : Results.StatusCode(401));
        app.MapPost("/sts", async (HttpRequest request) =>
        {
            var form = await request.ReadFormAsync();
            return (form["Action"], form["Version"], form["RoleArn"], form["RoleSessionName"], form["WebIdentityToken"]) == ("AssumeRoleWithWebIdentity", "2011-06-15", "arn:aws:iam::1:role/pay", "orchestrator", "jwt+of/the=pod")
                ? Results.Text("""
                    <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Audience>a</Audience><Credentials>
                    <AccessKeyId>ID</AccessKeyId><SecretAccessKey>KEY</SecretAccessKey><SessionToken>SESSION</SessionToken><Expiration>2026-05-01T18:00:00Z</Expiration>
                    </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>
                    """)
                : Results.StatusCode(403);
        });
        await app.StartAsync();
        return new CredentialListener(app);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
