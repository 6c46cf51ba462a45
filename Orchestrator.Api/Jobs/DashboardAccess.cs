using Hangfire;
using Hangfire.Dashboard;
using Orchestrator.Api.Security;

namespace Orchestrator.Api.Jobs;

/// <summary>
/// Who may look at the dashboard of jobs: whoever has one of the roles that its endpoint names, asked of the request's user a second time, should the dashboard ever be mapped without them.
/// Only operators change anything there.
/// </summary>
sealed class DashboardAccess : IDashboardAuthorizationFilter
{
    /// <summary>Who may look.</summary>
    public static readonly string[] Lookers = [Roles.Operator, Roles.Auditor];

    /// <inheritdoc />
    public bool Authorize(DashboardContext context)
    {
        var request = context.GetHttpContext();
        return (request.GetEndpoint()?.Metadata.GetMetadata<AllowedRoles>()?.Roles ?? Lookers).Any(request.User.IsInRole);
    }

    /// <summary>Whether somebody may only look.</summary>
    public static bool IsReadOnly(DashboardContext context) => !context.GetHttpContext().User.IsInRole(Roles.Operator);
}
