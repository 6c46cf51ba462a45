namespace Orchestrator.Api.Hosting;

/// <summary>What this process does, so that parts scale apart; all by default. Chosen by <c>--roles decisioning,sagas,ledger,casework,activity,registry,http</c>.</summary>
[Flags]
public enum HostRoles
{
    /// <summary>Scores transactions.</summary>
    Decisioning = 1,

    /// <summary>Runs sagas.</summary>
    Sagas = 2,

    /// <summary>Keeps accounts.</summary>
    Ledger = 4,

    /// <summary>Serves the API; health and metrics are served by every role.</summary>
    Http = 8,

    /// <summary>Keeps alerts and opens cases.</summary>
    Casework = 16,

    /// <summary>Tracks what visitors and customers do, and keeps segments.</summary>
    Activity = 32,

    /// <summary>Keeps schemas for those who have no registry of their own.</summary>
    Registry = 64,

    /// <summary>Everything.</summary>
    All = Decisioning | Sagas | Ledger | Casework | Activity | Http | Registry,
}

/// <summary>Reads <see cref="HostRoles"/>.</summary>
public static class HostRolesParser
{
    /// <summary>The roles in <paramref name="text"/>, comma-separated; all when it is null or blank.</summary>
    /// <exception cref="HostRefusedException">A name is unknown.</exception>
    public static HostRoles Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return HostRoles.All;
        var roles = default(HostRoles);
        foreach (var name in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            roles |= name.ToLowerInvariant() switch
            {
                "decisioning" => HostRoles.Decisioning,
                "sagas" => HostRoles.Sagas,
                "ledger" => HostRoles.Ledger,
                "casework" => HostRoles.Casework,
                "activity" => HostRoles.Activity,
                "registry" => HostRoles.Registry,
                "http" => HostRoles.Http,
                "all" => HostRoles.All,
                _ => throw new HostRefusedException($"--roles: '{name}' is none of decisioning, sagas, ledger, casework, activity, registry, http, all"),
            };
        }
        return roles;
    }
}

/// <summary>The host does not start, for a reason that whoever starts it can mend.</summary>
public sealed class HostRefusedException(string message) : Exception(message);
