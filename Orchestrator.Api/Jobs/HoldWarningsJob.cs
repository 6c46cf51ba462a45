using System.Globalization;
using Orchestrator.Sagas.Attention;

namespace Orchestrator.Api.Jobs;

/// <summary>Warns people of holds that are about to expire, where the saga's timer has not.</summary>
sealed class HoldWarningsJob(HoldWarnings warnings, JobAlerts alerts, TimeProvider time)
{
    const int MaxPages = 20;

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var (raised, pages) = (0, 0);
        AttentionCursor? after = null;
        do
        {
            var (missing, next) = await warnings.MissingAsync(time.GetUtcNow(), after, cancellationToken);
            raised += await alerts.RaiseAsync(missing, cancellationToken);
            after = next;
        }
        while (after is not null && ++pages < MaxPages);
        return string.Create(CultureInfo.InvariantCulture, $"raised {raised} warnings that were missing");
    }
}
