namespace Orchestrator.Messaging.Kafka.Iam;

/// <summary>Credentials of a role that a pod's service account may take (EKS, IAM roles for service accounts): its token is exchanged at the Security Token Service.</summary>
/// <param name="environment">Gives a variable.</param>
/// <param name="region">Where it is exchanged, unless AWS_ENDPOINT_URL_STS says otherwise.</param>
/// <param name="http">Asks.</param>
internal sealed class WebIdentityCredentials(Func<string, string?> environment, string region, HttpClient http) : ICredentialSource
{
    const string From = "the Security Token Service";

    /// <inheritdoc />
    public async Task<AwsCredentials?> FindAsync(CancellationToken cancellationToken)
    {
        var (file, role) = (environment("AWS_WEB_IDENTITY_TOKEN_FILE"), environment("AWS_ROLE_ARN"));
        if (string.IsNullOrEmpty(file))
            return null;
        if (string.IsNullOrEmpty(role))
            throw new IamException("role_missing", "AWS_WEB_IDENTITY_TOKEN_FILE needs AWS_ROLE_ARN, the role to take");
        var session = environment("AWS_ROLE_SESSION_NAME");
        using var request = new HttpRequestMessage(HttpMethod.Post, Address())
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Action"] = "AssumeRoleWithWebIdentity",
                ["Version"] = "2011-06-15",
                ["RoleArn"] = role,
                ["RoleSessionName"] = string.IsNullOrEmpty(session) ? "orchestrator" : session,
                ["WebIdentityToken"] = await TokenFile.ReadAsync("AWS_WEB_IDENTITY_TOKEN_FILE", file, cancellationToken),
            }),
        };
        return CredentialAnswer.FromXml(From, await CredentialRequest.SendAsync(http, From, request, cancellationToken));
    }

    Uri Address()
    {
        if (environment("AWS_ENDPOINT_URL_STS") is not { Length: > 0 } given)
            return new Uri($"https://sts.{region}.amazonaws.com{(region.StartsWith("cn-", StringComparison.Ordinal) ? ".cn" : "")}/");
        return Uri.TryCreate(given, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || address.IsLoopback)
            ? address
            : throw new IamException("sts_address_not_allowed", "AWS_ENDPOINT_URL_STS must be an https address");
    }
}
