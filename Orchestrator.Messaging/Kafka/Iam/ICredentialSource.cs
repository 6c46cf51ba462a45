namespace Orchestrator.Messaging.Kafka.Iam;

/// <summary>A place where a process on AWS may find credentials.</summary>
internal interface ICredentialSource
{
    /// <summary>Looks there.</summary>
    /// <returns>Null when the process is not told of this place: the next one is looked at.</returns>
    /// <exception cref="IamException">It is told of this place, but there is nothing that can be used: no other one is looked at.</exception>
    Task<AwsCredentials?> FindAsync(CancellationToken cancellationToken);
}
