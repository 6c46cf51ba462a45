using System.Runtime.InteropServices;
using Orchestrator.Cli.Simulation;
using Orchestrator.Decisioning.Training;

namespace Orchestrator.Benchmarks.Handbook;

/// <summary>
/// One fold of the Handbook's protocol: learn from a week, wait a week for its labels, be tried on the week after. Cards that are known to be compromised by
/// then are no longer looked for.
/// </summary>
/// <param name="FirstDay">The first day that is learnt from.</param>
sealed record HandbookFold(int FirstDay)
{
    const int Week = 7;
    const int TopCards = 100;

    static readonly long ZeroMs = HandbookParameters.DayZero.ToUnixTimeMilliseconds();

    /// <summary>The fold that the Handbook's chapter 3 shows, and the four that it validates by.</summary>
    public static readonly HandbookFold Chapter3 = new(115);

    public static readonly IReadOnlyList<HandbookFold> All = [new(136), new(129), new(122), new(115)];

    /// <summary>The first and the last day that any fold looks at.</summary>
    public static (int First, int Last) Days => (All.Min(f => f.FirstDay), All.Max(f => f.FirstDay) + (3 * Week) - 1);

    public static int DayOf(LabelledEvent row) => (int)((row.Event.AtMs - ZeroMs) / (HandbookParameters.DaySeconds * 1000L));

    public LabelledRows Train(LabelledRows rows) => rows.Where(r => DayOf(r) >= FirstDay && DayOf(r) < FirstDay + Week);

    /// <summary>Tries a ranking of the test week.</summary>
    public FoldFigures Try(LabelledRows rows, Func<float[], double> score)
    {
        var frauds = Enumerable.Range(0, rows.Count).Select(i => rows[i]).Where(r => r.IsFraud).ToList();
        var known = frauds.Where(r => DayOf(r) >= FirstDay && DayOf(r) < FirstDay + Week).Select(r => r.Event.Account).ToHashSet();
        var byDay = Enumerable.Range(0, rows.Count).ToLookup(i => DayOf(rows[i]));
        var scores = new List<double>();
        var labels = new List<bool>();
        var found = new HashSet<ulong>();
        double cardPrecision = 0;
        for (var day = FirstDay + (2 * Week); day < FirstDay + (3 * Week); day++)
        {
            known.UnionWith(frauds.Where(r => DayOf(r) == day - Week - 1).Select(r => r.Event.Account));
            var cards = new Dictionary<ulong, (double Score, bool IsFraud)>();
            foreach (var row in byDay[day].Where(i => !known.Contains(rows[i].Event.Account)))
            {
                var value = score(rows.Vector(row).ToArray());
                scores.Add(value);
                labels.Add(rows[row].IsFraud);
                var card = cards.GetValueOrDefault(rows[row].Event.Account, (double.NegativeInfinity, false));
                cards[rows[row].Event.Account] = (Math.Max(card.Item1, value), card.Item2 || rows[row].IsFraud);
            }
            var detected = cards.Where(c => !found.Contains(c.Key)).OrderByDescending(c => c.Value.Score).Take(TopCards).Where(c => c.Value.IsFraud).Select(c => c.Key).ToList();
            cardPrecision += (double)detected.Count / TopCards;
            found.UnionWith(detected);
        }
        var (auc, averagePrecision) = Ranking.Of(CollectionsMarshal.AsSpan(scores), CollectionsMarshal.AsSpan(labels));
        return new FoldFigures(auc, averagePrecision, cardPrecision / Week, labels.Count, labels.Count(l => l));
    }
}

/// <summary>How good a ranking was.</summary>
sealed record FoldFigures(double Auc, double AveragePrecision, double CardPrecision, int Rows, int Frauds)
{
    public static FoldFigures Mean(IReadOnlyCollection<FoldFigures> folds) => new(
        folds.Average(f => f.Auc), folds.Average(f => f.AveragePrecision), folds.Average(f => f.CardPrecision), folds.Sum(f => f.Rows), folds.Sum(f => f.Frauds));
}
