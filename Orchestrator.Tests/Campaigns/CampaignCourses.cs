namespace Orchestrator.Tests.Campaigns;

/// <summary>The ways in which a campaign's transactions must have ended, each at least once: a campaign that has not seen them all has not proven much.</summary>
static class CampaignCourses
{
    static readonly string[] Always =
    [
        "Completed", "Declined insufficient_funds", "Declined account_not_found", "Declined review_expired", "Compensated account_not_found", "Voided",
        "Declined authorisation_expired", "Declined fraud_confirmed", "Reversed",
    ];

    /// <summary>Those that have not been seen yet.</summary>
    public static IEnumerable<string> Unseen(CampaignLoad load, CampaignObserver observer)
    {
        IEnumerable<string> expected = load.Submitted.Any(s => s.Value == Course.Fraudulent && !load.WasCancelled(s.Key)) ? [.. Always, "Declined fraud_declined"] : Always;
        return expected.Except(observer.WaysToEnd(), StringComparer.Ordinal);
    }
}
