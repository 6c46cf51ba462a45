using Orchestrator.Decisioning.Features;

namespace Orchestrator.Decisioning.Models;

/// <summary>
/// What each input added to a score: Shapley values, exactly, by the path-dependent TreeSHAP (Lundberg et al. 2018). They and the base add up to the raw score,
/// and, unlike shares read off one path (Saabas), they do not favour what trees happen to ask first, and an input on which the model leans more never gets
/// less. It takes about a hundred times as long as scoring: it is for decisions that somebody will read.
/// </summary>
public sealed class TreeContributions
{
    readonly TreeScorer _scorer;
    readonly double[][] _covers;

    /// <summary>Contributions to the scores of <paramref name="scorer"/>.</summary>
    public TreeContributions(TreeScorer scorer)
    {
        _scorer = scorer;
        _covers = [.. scorer.Model.Trees.Select(NodeCovers)];
        Base = scorer.Model.Bias + scorer.Model.Trees.Sum(t => Expected(t));
    }

    /// <summary>The mean raw score over what the model was trained on: the score of something about which nothing is known.</summary>
    public double Base { get; }

    /// <summary>By input of the model, in log-odds before calibration.</summary>
    public double[] Of(ReadOnlySpan<float> vector)
    {
        var inputs = new float[_scorer.InputIndexes.Count];
        for (var i = 0; i < inputs.Length; i++)
            inputs[i] = vector[_scorer.InputIndexes[i]];
        var contributions = new double[inputs.Length];
        for (var t = 0; t < _covers.Length; t++)
            new Walk(_scorer.Model.Trees[t], _covers[t], inputs, contributions).Root();
        return contributions;
    }

    /// <summary>The inputs that raised the score most, as sentences, largest first.</summary>
    public IReadOnlyList<ModelReason> Reasons(ReadOnlySpan<float> vector, FeaturePlan plan, int most)
    {
        var contributions = Of(vector);
        var reasons = new List<ModelReason>(most);
        foreach (var i in Enumerable.Range(0, contributions.Length).Where(i => contributions[i] > 0).OrderByDescending(i => contributions[i]).Take(most))
        {
            var value = vector[_scorer.InputIndexes[i]];
            var definition = plan.Schema.Definitions[_scorer.InputIndexes[i]];
            reasons.Add(new ModelReason(definition.Name, value, contributions[i], FeatureSentence.Of(definition, value, plan.LabelDelay)));
        }
        return reasons;
    }

    static double Expected(RegressionTree tree)
    {
        double sum = 0, rows = 0;
        for (var i = 0; i < tree.Leaves.Length; i++)
        {
            sum += tree.Leaves[i] * tree.Covers[i];
            rows += tree.Covers[i];
        }
        return sum / rows;
    }

    static double[] NodeCovers(RegressionTree tree)
    {
        var covers = new double[tree.Inputs.Length];
        // Children stand behind their parents.
        for (var node = covers.Length - 1; node >= 0; node--)
            covers[node] = Cover(tree.Left[node]) + Cover(tree.Right[node]);
        return covers;

        double Cover(int child) => child < 0 ? tree.Covers[~child] : covers[child];
    }

    /// <summary>One step of a path: an input, and the shares of what would come along without knowing it and knowing it.</summary>
    record struct Step(int Input, double Zero, double One, double Weight);

    sealed class Walk(RegressionTree tree, double[] covers, float[] inputs, double[] contributions)
    {
        public void Root()
        {
            if (tree.Inputs.Length > 0)
                Visit(0, [], 1, 1, -1);
        }

        void Visit(int child, Step[] parent, double zero, double one, int input)
        {
            var path = Extend(parent, zero, one, input);
            if (child < 0)
            {
                for (var i = 1; i < path.Length; i++)
                    contributions[path[i].Input] += Unwind(path, i).Sum(s => s.Weight) * (path[i].One - path[i].Zero) * tree.Leaves[~child];
                return;
            }
            var asked = tree.Inputs[child];
            var goesRight = inputs[asked] > tree.Thresholds[child];
            var (hot, cold) = goesRight ? (tree.Right[child], tree.Left[child]) : (tree.Left[child], tree.Right[child]);
            double zeroSoFar = 1, oneSoFar = 1;
            var before = Array.FindIndex(path, 1, s => s.Input == asked);
            if (before > 0)
            {
                (zeroSoFar, oneSoFar) = (path[before].Zero, path[before].One);
                path = Unwind(path, before);
            }
            Visit(hot, path, zeroSoFar * Cover(hot) / covers[child], oneSoFar, asked);
            Visit(cold, path, zeroSoFar * Cover(cold) / covers[child], 0, asked);
        }

        double Cover(int child) => child < 0 ? tree.Covers[~child] : covers[child];

        // Weights by how many subsets of each size lead here.
        static Step[] Extend(Step[] path, double zero, double one, int input)
        {
            var extended = new Step[path.Length + 1];
            path.CopyTo(extended, 0);
            var last = path.Length;
            extended[last] = new Step(input, zero, one, last == 0 ? 1 : 0);
            for (var i = last - 1; i >= 0; i--)
            {
                extended[i + 1].Weight += one * extended[i].Weight * (i + 1) / (last + 1);
                extended[i].Weight = zero * extended[i].Weight * (last - i) / (last + 1);
            }
            return extended;
        }

        // The path as if the step at this place had not been taken.
        static Step[] Unwind(Step[] path, int at)
        {
            var last = path.Length - 1;
            var (zero, one) = (path[at].Zero, path[at].One);
            var unwound = path.ToArray();
            var next = unwound[last].Weight;
            for (var i = last - 1; i >= 0; i--)
            {
                if (one != 0)
                {
                    var weight = unwound[i].Weight;
                    unwound[i].Weight = next * (last + 1) / ((i + 1) * one);
                    next = weight - (unwound[i].Weight * zero * (last - i) / (last + 1));
                }
                else
                {
                    unwound[i].Weight = unwound[i].Weight * (last + 1) / (zero * (last - i));
                }
            }
            for (var i = at; i < last; i++)
                unwound[i] = unwound[i + 1] with { Weight = unwound[i].Weight };
            return unwound[..last];
        }
    }
}

/// <summary>One input's part in a score.</summary>
/// <param name="Feature">The feature's name.</param>
/// <param name="Value">Its value.</param>
/// <param name="Contribution">What it added to the raw score.</param>
/// <param name="Sentence">What it says, for people.</param>
public sealed record ModelReason(string Feature, float Value, double Contribution, string Sentence);
