using Microsoft.Extensions.Configuration;

namespace Orchestrator.Messaging.Configuration;

/// <summary>
/// Settings from files, a value each, as orchestrators of containers mount secrets: the folder that ORCHESTRATOR_SECRETS names has files such as <c>Kafka__sasl.password</c> or
/// <c>ORCHESTRATOR_POSTGRES</c>, named as the environment variables are. They go before everything but the command line.
/// </summary>
public static class SecretFiles
{
    /// <summary>The variable that names the folder.</summary>
    public const string Variable = "ORCHESTRATOR_SECRETS";

    /// <summary>Adds the files of the folder that the variable names; nothing where it names none.</summary>
    /// <exception cref="DirectoryNotFoundException">It is named and not there.</exception>
    public static IConfigurationBuilder AddSecretFiles(this IConfigurationBuilder builder) => builder.AddSecretFiles(Environment.GetEnvironmentVariable(Variable));

    /// <summary>Adds the files of a folder; nothing where it is null or empty.</summary>
    /// <exception cref="DirectoryNotFoundException">It is named and not there.</exception>
    internal static IConfigurationBuilder AddSecretFiles(this IConfigurationBuilder builder, string? folder)
    {
        if (string.IsNullOrEmpty(folder))
            return builder;
        return Directory.Exists(folder)
            ? builder.AddKeyPerFile(Path.GetFullPath(folder), optional: false)
            : throw new DirectoryNotFoundException($"{Variable} names {folder}, which is no folder; mount the secrets there, or take the variable away");
    }
}
