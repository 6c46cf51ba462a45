using System.Globalization;
using Orchestrator.Casework.Cases;

namespace Orchestrator.Api.Jobs;

/// <summary>Lets overdue cases go before all others.</summary>
sealed class CaseEscalationJob(CaseStore cases)
{
    // So many cases are taken at once by the store; what is left is taken a minute later.
    const int MaxSteps = 20;

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var escalated = 0;
        for (var step = 0; step < MaxSteps; step++)
        {
            var count = await cases.EscalateAsync(cancellationToken);
            escalated += count;
            if (count == 0)
                break;
        }
        return string.Create(CultureInfo.InvariantCulture, $"escalated {escalated} cases");
    }
}
