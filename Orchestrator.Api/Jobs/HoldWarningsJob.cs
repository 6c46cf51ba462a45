using System.Globalization;
using Orchestrator.Sagas.Attention;

namespace Orchestrator.Api.Jobs;

/// <summary>Warns people of holds that are about to expire, where the saga's timer has not.</summary>
sealed class HoldWarningsJob(HoldWarnings warnings, JobAlerts alerts, TimeProvider time)
{
    const int MaxLooked = 10_000;

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var raised = await alerts.RaiseAsync(await warnings.MissingAsync(time.GetUtcNow(), MaxLooked, cancellationToken), cancellationToken);
        return string.Create(CultureInfo.InvariantCulture, $"raised {raised} warnings that were missing");
    }
}
