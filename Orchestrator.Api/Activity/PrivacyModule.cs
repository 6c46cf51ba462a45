using Orchestrator.Activity.Store;
using Orchestrator.Api.Activity.Views;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Security.Audit;

namespace Orchestrator.Api.Activity;

/// <summary>What is kept about somebody, given out and deleted.</summary>
static class PrivacyModule
{
    const string Deleting =
        " Sessions are deleted before it is answered; lanes forget within moments what they remember, and no session that began before is stored again. Counts that name nobody stay. Asking " +
        "again comes to the same. It is kept who asked, and for whom as a hash alone.";

    /// <summary>Maps the export and deletion of visitors and customers.</summary>
    public static IEndpointRouteBuilder MapActivityPrivacy(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1").WithTags("Privacy").Allow(Roles.Supervisor, Roles.Auditor);
        group.MapGet("/activity/visitors/{visitorId}/export", PrivacyEndpoints.ExportVisitorAsync).Audited()
            .WithSummary("All that is kept about a visitor, as a file")
            .WithDescription("5,000 sessions at once; `cursor` is the `next` of the file before.")
            .ProducesProblems(400, 404, 503);
        group.MapDelete("/activity/visitors/{visitorId}", PrivacyEndpoints.EraseVisitorAsync).Allow(Roles.Supervisor)
            .WithSummary("Deletes what is kept about a visitor, and has it forgotten")
            .WithDescription("Whether or not anything is stored yet." + Deleting)
            .Produces<Erased>(202).ProducesProblems(404, 503);
        group.MapGet("/customers/{customerId}/export", PrivacyEndpoints.ExportCustomerAsync).Audited()
            .WithSummary("All that is kept of what a customer did, as a file")
            .WithDescription("Of all visitors of whom a session is stored as the customer's. 5,000 sessions at once; `cursor` is the `next` of the file before.")
            .ProducesProblems(400, 404, 503);
        group.MapDelete("/customers/{customerId}", PrivacyEndpoints.EraseCustomerAsync).Allow(Roles.Supervisor)
            .WithSummary("Deletes what is kept of what a customer did, and has it forgotten")
            .WithDescription("Of all visitors of whom a session is stored as the customer's." + Deleting)
            .Produces<Erased>(202).ProducesProblems(404, 503);
        group.MapGet("/activity/erasures", PrivacyEndpoints.ErasuresAsync)
            .WithSummary("Who had whom erased, the newest first")
            .WithDescription("Of a `visitor` or a `customer` when one is named; ids themselves are not kept. At most 500 a page; `cursor` is the `next` of the page before.")
            .ProducesProblems(400, 503);
        return routes;
    }
}
