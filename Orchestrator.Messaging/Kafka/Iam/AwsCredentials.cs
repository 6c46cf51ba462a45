namespace Orchestrator.Messaging.Kafka.Iam;

/// <summary>What AWS lets a process sign with.</summary>
/// <param name="AccessKeyId">The key's name, which travels with each signature.</param>
/// <param name="SecretAccessKey">The key, which never travels.</param>
/// <param name="SessionToken">What proves that keys of a role are lent; null for a user's own.</param>
/// <param name="Expires">When they end; null when they do not.</param>
internal sealed record AwsCredentials(string AccessKeyId, string SecretAccessKey, string? SessionToken = null, DateTimeOffset? Expires = null)
{
    /// <summary>Shows nothing that is secret.</summary>
    public override string ToString() => $"credentials of {AccessKeyId}";
}
