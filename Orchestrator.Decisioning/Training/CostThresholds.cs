using Orchestrator.Decisioning.Models;

namespace Orchestrator.Decisioning.Training;

/// <summary>What it costs to be wrong, in major units of money or as shares of the amount.</summary>
public sealed record DecisionCosts
{
    /// <summary>What a person's look at one payment costs.</summary>
    public double Review { get; init; } = 5;

    /// <summary>Which share of a fraud's amount is lost when it is let through.</summary>
    public double MissedShare { get; init; } = 1;

    /// <summary>What a fraud that is let through costs besides its amount.</summary>
    public double Missed { get; init; } = 20;

    /// <summary>What a genuine payment costs that is declined: the customer's trust.</summary>
    public double WronglyDeclined { get; init; } = 50;

    /// <summary>Which share of frauds a person recognises.</summary>
    public double ReviewFinds { get; init; } = 0.95;
}

/// <summary>Chooses the thresholds under which past payments would have cost least.</summary>
public static class CostThresholds
{
    /// <summary>The thresholds, exactly the best among all pairs that tell the scores apart.</summary>
    public static DecisionThresholds Choose(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> labels, ReadOnlySpan<double> amounts, DecisionCosts costs)
    {
        var order = new int[probabilities.Length];
        var sorted = probabilities.ToArray();
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(sorted, order);

        // From the lowest score up: what all that lie below cost when approved, less what they would cost in review; likewise review against decline. The best
        // place to decline from is sought together with the best place to review from at or below it.
        double approve = 0, decline = 0, bestApprove = 0, best = 0, reviewFrom = 0;
        var chosen = new DecisionThresholds(0, 0);
        for (var i = 0; i < order.Length; i++)
        {
            var (fraud, amount) = (labels[order[i]], amounts[order[i]]);
            var missed = (amount * costs.MissedShare) + costs.Missed;
            var reviewed = costs.Review + (fraud ? missed * (1 - costs.ReviewFinds) : 0);
            approve += (fraud ? missed : 0) - reviewed;
            decline += reviewed - (fraud ? 0 : costs.WronglyDeclined);
            if (i + 1 < order.Length && sorted[i + 1] == sorted[i])
                continue;
            var next = i + 1 < order.Length ? sorted[i + 1] : DecisionThresholds.Never;
            if (approve < bestApprove)
                (bestApprove, reviewFrom) = (approve, next);
            if (bestApprove + decline < best)
                (best, chosen) = (bestApprove + decline, new DecisionThresholds(reviewFrom, next));
        }
        return chosen;
    }

    /// <summary>What payments would have cost under thresholds.</summary>
    public static double Cost(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> labels, ReadOnlySpan<double> amounts, DecisionCosts costs, DecisionThresholds thresholds)
    {
        double cost = 0;
        for (var i = 0; i < probabilities.Length; i++)
        {
            var missed = labels[i] ? (amounts[i] * costs.MissedShare) + costs.Missed : 0;
            cost += probabilities[i] >= thresholds.Decline ? (labels[i] ? 0 : costs.WronglyDeclined)
                : probabilities[i] >= thresholds.Review ? costs.Review + (missed * (1 - costs.ReviewFinds))
                : missed;
        }
        return cost;
    }
}
