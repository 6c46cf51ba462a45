namespace Orchestrator.Messaging.Kafka.Iam;

/// <summary>Why there is no token, by a name; shows nothing that is secret.</summary>
internal sealed class IamException : Exception
{
    public IamException(string name, string message, Exception? inner = null)
        : base($"{name}: {message}", inner)
    {
    }
}
