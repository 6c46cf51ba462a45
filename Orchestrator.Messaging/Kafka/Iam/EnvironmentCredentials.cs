namespace Orchestrator.Messaging.Kafka.Iam;

/// <summary>Credentials in the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for those of a role, AWS_SESSION_TOKEN.</summary>
/// <param name="environment">Gives a variable.</param>
internal sealed class EnvironmentCredentials(Func<string, string?> environment) : ICredentialSource
{
    /// <inheritdoc />
    public Task<AwsCredentials?> FindAsync(CancellationToken cancellationToken)
    {
        var (id, secret, session) = (environment("AWS_ACCESS_KEY_ID"), environment("AWS_SECRET_ACCESS_KEY"), environment("AWS_SESSION_TOKEN"));
        if (string.IsNullOrEmpty(id) && string.IsNullOrEmpty(secret))
            return Task.FromResult<AwsCredentials?>(null);
        if (string.IsNullOrEmpty(id) || string.IsNullOrEmpty(secret))
            throw new IamException("half_a_key", "AWS_ACCESS_KEY_ID needs AWS_SECRET_ACCESS_KEY, and the other way round");
        return Task.FromResult<AwsCredentials?>(new AwsCredentials(id, secret, string.IsNullOrEmpty(session) ? null : session));
    }
}
