using System.Globalization;
using Orchestrator.Activity.Store;
using Orchestrator.Api.Hosting;
using Orchestrator.Casework.Webhooks;
using Orchestrator.Ledger.Accounts;

namespace Orchestrator.Api.Jobs;

/// <summary>The table of jobs: what is done when, and why.</summary>
static class BuiltInJobs
{
    public static IReadOnlyList<ScheduledJob> All { get; } =
    [
        new("close-month", "0 2 1 * *", "Closes the month before, and all before it that are open.",
            "Statements of a month are final once it is closed, and nobody should have to think of it.",
            async (services, ct) =>
            {
                await services.GetRequiredService<MonthClosingJob>().RunAsync(ct);
                return "closed";
            }),
        new("stuck-transactions", "*/5 * * * *", "Raises an alert about each transaction that stands where it should not, once a day.",
            "A saga raises its own alerts; this finds those whose timer did not come, and reminds people of what still waits.",
            (services, ct) => services.GetRequiredService<StuckTransactionsJob>().WatchAsync(ct)),
        new("stuck-transactions-sweep", "17 * * * *", "Goes through all transactions and raises an alert about each whose deadline has long passed.",
            "No index says which those are, for the lanes' sake; so once an hour somebody looks at all of them, slowly.",
            (services, ct) => services.GetRequiredService<StuckTransactionsJob>().SweepAsync(ct)),
        new("hold-warnings", "*/5 * * * *", "Checks that people were warned of each hold that is about to expire.",
            "The saga warns by its timer; should that not come, the customer's money would be given back or moved without anybody having looked.",
            (services, ct) => services.GetRequiredService<HoldWarningsJob>().RunAsync(ct)),
        new("case-escalation", "* * * * *", "Lets overdue cases go before all others.",
            "A case has a time by which it should be closed; whoever takes the next one gets the overdue first.",
            (services, ct) => services.GetRequiredService<CaseEscalationJob>().RunAsync(ct)),
        new("parked-redrive", "*/5 * * * *", "Takes parked messages again: groups for which somebody has named a time, and those whose cause was a passing one.",
            "A fault that is mended at night is mended for what is parked, too, without anybody having to be up.",
            (services, ct) => services.GetRequiredService<ParkedRedriveJob>().RunAsync(ct)),
        new("webhook-retries", "* * * * *", "Sends what webhooks have not taken and what has come due again.",
            "Processes with casework do it all the time; this does it where their rounds have stopped.",
            async (services, ct) => Counted("deliveries tried", await services.GetRequiredService<WebhookDeliveries>().RunOnceAsync(ct))),
        new("dormant-accounts", "20 3 * * *", "Tells of accounts on which nothing has happened for long.",
            "Nobody looks at an account that nobody uses; that is what whoever takes it over counts on.",
            async (services, ct) => Counted("accounts told of", await services.GetRequiredService<IdleAccountSearch>().RunOnceAsync(ct))),
        new("old-snapshots", "40 3 * * *", "Deletes snapshots of accounts that an older version of the code has folded.",
            "They are passed over ever since, and nothing else would take them away.",
            (services, ct) => services.GetRequiredService<PruningJob>().SnapshotsAsync(ct)),
        new("activity-retention", "30 3 * * *", "Deletes sessions and figures of visitors that have been kept long enough, and makes hours of old minutes.",
            "What people did on a site is kept no longer than it is needed for.",
            (services, ct) => services.GetRequiredService<ActivityRetention>().RunAsync(ct)),
        new("audit-pruning", "50 3 * * *", "Deletes audit of parked messages, runs of jobs and raised alerts that have been kept long enough.",
            "What nobody may ask for any more is not to grow for ever.",
            (services, ct) => services.GetRequiredService<PruningJob>().AuditAsync(ct)),
    ];

    static string Counted(string what, int count) => string.Create(CultureInfo.InvariantCulture, $"{what}: {count}");
}
