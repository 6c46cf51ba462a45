using Npgsql;

namespace Orchestrator.Messaging.Configuration;

/// <summary>Which settings are secret. Their values are in no message, log or report.</summary>
public static class Secrets
{
    /// <summary>What stands for a secret.</summary>
    public const string Hidden = "(secret)";

    static readonly string[] Parts =
    [
        "password", "secret", "passphrase", "credential", ".pem", "oauthbearer.config", "oauthbearer.extensions", "user.info", "apikey", "fingerprintkey", "webhookkey", "connectionstrings",
        "orchestrator_postgres", "token",
    ];

    /// <summary>Whether the value of a setting is secret, by its name; rather one too many.</summary>
    public static bool IsSecret(string name) =>
        // Addresses that tokens come from are none.
        !name.EndsWith(".url", StringComparison.OrdinalIgnoreCase) && Array.Exists(Parts, part => name.Contains(part, StringComparison.OrdinalIgnoreCase));

    /// <summary>A value as it may be shown.</summary>
    public static string Shown(string name, string? value) => IsSecret(name) ? Hidden : $"'{value}'";

    /// <summary>Where a connection string leads, without its password.</summary>
    public static string Where(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        return $"{builder.Host}:{builder.Port}/{builder.Database} as {builder.Username}";
    }
}
