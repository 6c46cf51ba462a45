namespace Orchestrator.Messaging.Kafka.Iam;

/// <summary>The places where credentials may be, in the order in which AWS's own libraries look.</summary>
/// <param name="sources">The places.</param>
internal sealed class CredentialChain(IReadOnlyList<ICredentialSource> sources)
{
    /// <summary>The usual ones: the environment, a service account's role, the container, the instance.</summary>
    /// <param name="environment">Gives a variable.</param>
    /// <param name="region">The cluster's region.</param>
    public static CredentialChain Usual(Func<string, string?> environment, string region)
    {
        var near = CredentialRequest.Client(usesProxy: false);
        return new CredentialChain(
        [
            new EnvironmentCredentials(environment),
            new WebIdentityCredentials(environment, region, CredentialRequest.Client(usesProxy: true)),
            new ContainerCredentials(environment, near),
            new InstanceCredentials(environment, near),
        ]);
    }

    /// <summary>Looks for credentials.</summary>
    /// <exception cref="IamException">There are none, or those that there are cannot be used.</exception>
    public async Task<AwsCredentials> FindAsync(CancellationToken cancellationToken)
    {
        foreach (var source in sources)
        {
            if (await source.FindAsync(cancellationToken) is { } found)
                return found;
        }
        throw new IamException("credentials_missing", "this process has no credentials of AWS: neither in the environment, nor of a service account, a container or an instance");
    }
}
