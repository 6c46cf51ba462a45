using System.Net;

namespace Orchestrator.Messaging.Kafka.Iam;

/// <summary>Credentials of a container: of an ECS task, or of a pod that EKS Pod Identity looks after.</summary>
/// <param name="environment">Gives a variable.</param>
/// <param name="http">Asks.</param>
internal sealed class ContainerCredentials(Func<string, string?> environment, HttpClient http) : ICredentialSource
{
    const string From = "the container's credentials endpoint";

    static readonly Uri Ecs = new("http://169.254.170.2");

    // Whoever could name any other address would be told the token that lets this container in.
    static readonly string[] Near = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"];

    /// <inheritdoc />
    public async Task<AwsCredentials?> FindAsync(CancellationToken cancellationToken)
    {
        if (Address() is not { } address)
            return null;
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (await AuthorizationAsync(cancellationToken) is { Length: > 0 } authorization && !request.Headers.TryAddWithoutValidation("Authorization", authorization))
            throw new IamException("container_token_not_valid", "the container's authorization token is no header's value");
        return CredentialAnswer.FromJson(From, await CredentialRequest.SendAsync(http, From, request, cancellationToken));
    }

    Uri? Address()
    {
        if (environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") is { Length: > 0 } relative)
            return Uri.TryCreate(Ecs, relative, out var below) && below.Host == Ecs.Host ? below : throw NotAllowed("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
        if (environment("AWS_CONTAINER_CREDENTIALS_FULL_URI") is not { Length: > 0 } full)
            return null;
        return Uri.TryCreate(full, UriKind.Absolute, out var address) && IsAllowed(address) ? address : throw NotAllowed("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    }

    static bool IsAllowed(Uri address) => address.Scheme == Uri.UriSchemeHttps
        || (address.Scheme == Uri.UriSchemeHttp && (address.IsLoopback || (IPAddress.TryParse(address.Host, out var ip) && Array.Exists(Near, n => IPAddress.Parse(n).Equals(ip)))));

    static IamException NotAllowed(string variable) =>
        new("container_address_not_allowed", $"{variable} must lead to this machine, to {string.Join(" or ", Near)}, or be an https address");

    async Task<string?> AuthorizationAsync(CancellationToken cancellationToken)
    {
        // It is exchanged from time to time, so it is read anew.
        if (environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") is not { Length: > 0 } file)
            return environment("AWS_CONTAINER_AUTHORIZATION_TOKEN");
        return await TokenFile.ReadAsync("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file, cancellationToken);
    }
}
