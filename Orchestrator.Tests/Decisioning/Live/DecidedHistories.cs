using Orchestrator.Contracts.Decisions;

namespace Orchestrator.Tests.Decisioning.Live;

/// <summary>Whether decisions follow from each other: what a lane remembers must have gone through every kill and every move.</summary>
static class DecidedHistories
{
    /// <summary>Each decision sees those of its account that were made before it and did not happen after it. Those that do not, as text.</summary>
    public static IEnumerable<string> Breaches(IEnumerable<FraudAssessed> decisions)
    {
        foreach (var account in decisions.GroupBy(d => d.SourceAccountId, StringComparer.Ordinal))
        {
            var before = new List<long>();
            foreach (var decision in account.OrderBy(d => d.AssessedAt))
            {
                var (count, time) = (DecisioningFixture.Feature(decision, "account_count_30d"), decision.EventAt!.Value.ToUnixTimeMilliseconds());
                if (count <= before.Count(t => t < time) || count > before.Count(t => t <= time) + 1)
                    yield return $"{decision.TransactionId} of {account.Key} has seen {count} with itself, and {before.Count} came before it";
                before.Add(time);
            }
        }
    }
}
