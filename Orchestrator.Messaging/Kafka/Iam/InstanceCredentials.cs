namespace Orchestrator.Messaging.Kafka.Iam;

/// <summary>Credentials of the role of an EC2 instance, from its metadata service, version 2.</summary>
/// <param name="environment">Gives a variable.</param>
/// <param name="http">Asks.</param>
internal sealed class InstanceCredentials(Func<string, string?> environment, HttpClient http) : ICredentialSource
{
    const string From = "the instance's metadata service";
    const string Usual = "http://169.254.169.254";
    const string Roles = "/latest/meta-data/iam/security-credentials/";
    const string SessionSeconds = "300";

    /// <inheritdoc />
    public async Task<AwsCredentials?> FindAsync(CancellationToken cancellationToken)
    {
        if (string.Equals(environment("AWS_EC2_METADATA_DISABLED"), "true", StringComparison.OrdinalIgnoreCase))
            return null;
        var given = environment("AWS_EC2_METADATA_SERVICE_ENDPOINT");
        if (!Uri.TryCreate(string.IsNullOrEmpty(given) ? Usual : given, UriKind.Absolute, out var service))
            throw new IamException("metadata_address_not_valid", "AWS_EC2_METADATA_SERVICE_ENDPOINT is no address");
        using var open = new HttpRequestMessage(HttpMethod.Put, new Uri(service, "/latest/api/token"));
        open.Headers.Add("X-aws-ec2-metadata-token-ttl-seconds", SessionSeconds);
        var session = (await CredentialRequest.SendAsync(http, From, open, cancellationToken)).Trim();
        // One instance has one role at most.
        var role = (await GetAsync(new Uri(service, Roles), session, cancellationToken)).Split('\n')[0].Trim();
        if (role.Length == 0)
            throw new IamException("instance_without_role", "the instance has no role; give it an instance profile");
        return CredentialAnswer.FromJson(From, await GetAsync(new Uri(service, Roles + Uri.EscapeDataString(role)), session, cancellationToken));
    }

    async Task<string> GetAsync(Uri address, string session, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("X-aws-ec2-metadata-token", session);
        return await CredentialRequest.SendAsync(http, From, request, cancellationToken);
    }
}
