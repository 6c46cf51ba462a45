namespace Orchestrator.Messaging.Kafka.Iam;

/// <summary>Reads tokens that the platform mounts as files and exchanges from time to time.</summary>
internal static class TokenFile
{
    /// <summary>Reads one.</summary>
    /// <param name="variable">The variable that names it.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IamException"><c>token_file_not_readable</c>.</exception>
    public static async Task<string> ReadAsync(string variable, string path, CancellationToken cancellationToken)
    {
        try
        {
            return (await File.ReadAllTextAsync(path, cancellationToken)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IamException("token_file_not_readable", $"{variable} names a file that is not there, or may not be read", e);
        }
    }
}
