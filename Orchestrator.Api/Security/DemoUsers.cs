namespace Orchestrator.Api.Security;

/// <summary>People who are known by name to the built-in issuer of a development service.</summary>
static class DemoUsers
{
    static readonly Dictionary<string, string> RoleOf = new(StringComparer.Ordinal)
    {
        ["sam"] = Roles.Service,
        ["carol"] = Roles.CaseWorker,
        ["susan"] = Roles.Supervisor,
        ["ann"] = Roles.Analyst,
        ["otto"] = Roles.Operator,
        ["audrey"] = Roles.Auditor,
    };

    /// <summary>Their names.</summary>
    public static IReadOnlyCollection<string> Names => RoleOf.Keys;

    /// <summary>What somebody is; null when nobody is known under the name.</summary>
    public static IReadOnlyList<string>? Find(string user) => RoleOf.TryGetValue(user, out var role) ? [role] : null;
}
