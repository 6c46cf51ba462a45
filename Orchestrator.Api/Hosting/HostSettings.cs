using Orchestrator.Api.Settings;
using Orchestrator.Messaging.Configuration;

namespace Orchestrator.Api.Hosting;

/// <summary>What the host is told.</summary>
public static class HostSettings
{
    /// <summary>Adds secrets from files, and checks every setting before anything starts.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="arguments">The command line, which goes before all.</param>
    /// <returns>The roles of this process.</returns>
    /// <exception cref="HostRefusedException">Something is wrong; the text has a line for each.</exception>
    public static HostRoles CheckedRoles(this WebApplicationBuilder builder, string[] arguments)
    {
        builder.Configuration.AddSecretFiles();
        builder.Configuration.AddCommandLine(arguments);
        var problems = SettingsCheck.Problems(builder.Configuration);
        if (problems.Count > 0)
        {
            throw new HostRefusedException(
                $"the configuration cannot be taken:{string.Concat(problems.Select(p => Environment.NewLine + "  " + p))}{Environment.NewLine}docs/configuration.md has every setting.");
        }
        return HostRolesParser.Parse(builder.Configuration["roles"]);
    }
}
