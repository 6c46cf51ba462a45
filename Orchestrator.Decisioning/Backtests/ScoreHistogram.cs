using Orchestrator.Contracts.Decisions;

namespace Orchestrator.Decisioning.Backtests;

/// <summary>How many frauds and genuine payments had which score. Scores are whole numbers, so nothing is lost by counting.</summary>
sealed class ScoreHistogram
{
    readonly long[] _frauds = new long[FraudAssessed.MaxScore + 1];
    readonly long[] _genuine = new long[FraudAssessed.MaxScore + 1];

    /// <summary>Counts one; what nobody knows is left out.</summary>
    public void Add(int score, Truth truth)
    {
        if (truth == Truth.Fraud)
            _frauds[score]++;
        else if (truth == Truth.Genuine)
            _genuine[score]++;
    }

    /// <summary>The mean precision over the frauds, from the highest score down; equal scores are taken together. Null without frauds.</summary>
    public double? AveragePrecision()
    {
        long frauds = 0;
        foreach (var count in _frauds)
            frauds += count;
        if (frauds == 0)
            return null;
        double precision = 0;
        long found = 0, wrong = 0;
        for (var score = FraudAssessed.MaxScore; score >= 0; score--)
        {
            found += _frauds[score];
            wrong += _genuine[score];
            if (_frauds[score] > 0)
                precision += (double)_frauds[score] / frauds * ((double)found / (found + wrong));
        }
        return precision;
    }
}
