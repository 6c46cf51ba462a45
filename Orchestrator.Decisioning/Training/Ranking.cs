namespace Orchestrator.Decisioning.Training;

/// <summary>How well scores put frauds first.</summary>
public static class Ranking
{
    /// <summary>The area under the ROC curve, and the average precision (the mean precision over the frauds, equal scores taken together).</summary>
    public static (double Auc, double AveragePrecision) Of(ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels)
    {
        var order = new int[scores.Length];
        var keys = new double[scores.Length];
        double frauds = 0;
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
            keys[i] = -scores[i];
            frauds += labels[i] ? 1 : 0;
        }
        Array.Sort(keys, order);
        double genuine = order.Length - frauds, found = 0, wrong = 0, area = 0, precision = 0;
        for (var i = 0; i < order.Length;)
        {
            double more = 0, moreWrong = 0;
            var tied = keys[i];
            for (; i < order.Length && keys[i] == tied; i++)
            {
                if (labels[order[i]])
                    more++;
                else
                    moreWrong++;
            }
            area += moreWrong * (found + (more / 2));
            found += more;
            wrong += moreWrong;
            precision += more / frauds * (found / (found + wrong));
        }
        return (area / (frauds * genuine), precision);
    }
}
