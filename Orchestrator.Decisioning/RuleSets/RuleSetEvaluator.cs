using System.Numerics;
using System.Runtime.InteropServices;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Lists;
using Orchestrator.Decisioning.Rules.Language;

namespace Orchestrator.Decisioning.RuleSets;

/// <summary>What a set of rules is evaluated with beside its input.</summary>
/// <param name="Lists">The lists.</param>
/// <param name="Now">When list entries must not have expired: the same again gives the same result.</param>
/// <param name="ModelScore">The model's score, 0 to 1000; null when there is none.</param>
/// <param name="Deadline">A timestamp of the evaluator's <see cref="TimeProvider"/> after which the remaining rules count by their defaults; 0 for never.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RuleSetMoment(ListsSnapshot Lists, DateTimeOffset Now, double? ModelScore = null, long Deadline = 0);

/// <summary>
/// Evaluates a rule set, one transaction at a time, without allocating; what it says in sentences is asked for afterwards, and only of what is
/// wanted. One evaluator serves one thread. Nothing in it throws: a rule that cannot be evaluated counts by its default, and the totals say so.
/// </summary>
public sealed class RuleSetEvaluator
{
    readonly TimeProvider _time;
    readonly RuleSetCode _code;
    readonly RuleMachine _machine;
    readonly State[] _states;
    readonly bool _scoreSoFarIsRead;
    ListsSnapshot? _snapshot;
    ListEntries?[] _lists = [];

    /// <summary>An evaluator of <paramref name="rules"/>.</summary>
    public RuleSetEvaluator(CompiledRuleSet rules, TimeProvider time)
    {
        (Rules, _time, _code) = (rules, time, rules.Code);
        _machine = _code.NewMachine();
        _states = new State[rules.Rules.Length];
        _scoreSoFarIsRead = rules.ScoreSoFar >= 0 && Array.Exists(rules.Rules, r => r.When.Program.Reads.Contains(rules.ScoreSoFar) || r.Score.Program.Reads.Contains(rules.ScoreSoFar));
    }

    /// <summary>What it evaluates.</summary>
    public CompiledRuleSet Rules { get; }

    /// <summary>Evaluates every rule on <paramref name="input"/>, which is of the rule set's schema.</summary>
    public RuleSetTotals Evaluate(RuleInput input, in RuleSetMoment moment)
    {
        if (!ReferenceEquals(input.Schema, Rules.Schema))
            throw new ArgumentException("the input is of another schema than the rules", nameof(input));
        Bind(moment.Lists);
        _machine.On(input, _lists, moment.Now.ToUnixTimeMilliseconds());
        _machine.Forget();
        Array.Clear(_states);
        var totals = new Running();
        foreach (var run in _code.Runs)
        {
            // Reading the clock costs as much as some rules.
            if (totals.Late > 0 || (moment.Deadline != 0 && run.Start % RuleSetCode.MaxRun == 0 && _time.GetTimestamp() > moment.Deadline))
            {
                totals.Late += run.Count;
                for (var i = run.Start; i < run.Start + run.Count; i++)
                    Default(i, RuleFailure.Late, ref totals);
                continue;
            }
            if (_scoreSoFarIsRead)
                input.Values[Rules.ScoreSoFar] = totals.Sum;
            // Nearly all rules neither hold nor fail, and take no more time than this.
            var found = Look(run);
            for (var left = (uint)(found | (found >> RuleSetCode.FailedShift)); left != 0; left &= left - 1)
            {
                var place = BitOperations.TrailingZeroCount(left);
                if ((found >> (place + RuleSetCode.FailedShift) & 1) != 0 || !TryScore(run.Start + place, input, ref totals))
                    Default(run.Start + place, RuleFailure.Failed, ref totals);
            }
        }
        var rulesScore = Math.Clamp(totals.Sum, 0, 1_000);
        var score = Combined(rulesScore, moment.ModelScore, out var modelMissing);
        return new RuleSetTotals(rulesScore, score, Outcome(score, totals), totals.Matched, totals.Failed, totals.Late, modelMissing);
    }

    /// <summary>Of the last evaluation, the reasons for people: each rule that matched or failed.</summary>
    public IReadOnlyList<RuleResult> Reasons(RuleInput input, in RuleSetMoment moment)
    {
        var reasons = new List<RuleResult>();
        for (var i = 0; i < _states.Length; i++)
        {
            if (_states[i].Matched || _states[i].Failure != RuleFailure.None)
                reasons.Add(Result(i, input, moment, trace: false));
        }
        return reasons;
    }

    /// <summary>Evaluates, and shows every rule, with each part's value where <paramref name="trace"/> is asked for.</summary>
    public RuleSetResult Explain(RuleInput input, in RuleSetMoment moment, bool trace)
    {
        var totals = Evaluate(input, moment);
        var results = new List<RuleResult>(_states.Length);
        for (var i = 0; i < _states.Length; i++)
            results.Add(Result(i, input, moment, trace));
        return new RuleSetResult(Rules.Version, totals, results);
    }

    ulong Look(RuleRun run)
    {
        try
        {
            return run.Look(_machine);
        }
        catch (Exception)
        {
            // Nothing known throws; should something, it is that rule alone that fails.
            return LookAtEach(run);
        }
    }

    ulong LookAtEach(RuleRun run)
    {
        var found = 0ul;
        for (var i = 0; i < run.Count; i++)
        {
            try
            {
                _machine.Failed = false;
                var holds = Rules.Rules[run.Start + i].When.Program.Value!(_machine) == 1;
                found |= _machine.Failed ? 1ul << (i + RuleSetCode.FailedShift) : holds ? 1ul << i : 0;
            }
            catch (Exception)
            {
                found |= 1ul << (i + RuleSetCode.FailedShift);
            }
        }
        return found;
    }

    bool TryScore(int index, RuleInput input, ref Running totals)
    {
        var rule = Rules.Rules[index];
        if ((rule.Constant ?? Score(index, input, totals.Sum)) is not { } contribution)
            return false;
        _states[index] = new State { Matched = true, Contribution = contribution, Floor = rule.Floor };
        totals.Matched++;
        totals.Add(contribution, rule.Floor);
        return true;
    }

    // Null where it needs what could not be read, or comes to nothing.
    int? Score(int index, RuleInput input, int scoreSoFar)
    {
        try
        {
            if (_scoreSoFarIsRead)
                input.Values[Rules.ScoreSoFar] = scoreSoFar;
            _machine.Failed = false;
            var score = _code.Scores[index](_machine);
            return _machine.Failed || double.IsNaN(score) ? null : CompiledRule.Contribution(score);
        }
        catch (Exception)
        {
            return null;
        }
    }

    void Default(int index, RuleFailure failure, ref Running totals)
    {
        var (score, outcome) = Rules.Rules[index].OnFailure;
        _states[index] = new State { Contribution = score, Floor = outcome, Failure = failure };
        totals.Failed += failure == RuleFailure.Failed ? 1 : 0;
        totals.Add(score, outcome);
    }

    int Combined(int rules, double? modelScore, out bool modelMissing)
    {
        var combine = Rules.Content.Combine;
        modelMissing = false;
        if (combine is { Mode: CombineMode.Rules })
            return rules;
        if (modelScore is not { } given || !double.IsFinite(given))
        {
            // Rules that do not say how to combine do not need a model; where there is one, the larger score counts.
            modelMissing = combine is not null;
            return rules;
        }
        if (combine is null)
            return Math.Max(rules, (int)Math.Clamp(given, 0, 1_000));
        var model = Math.Clamp(given, 0, 1_000) * combine.ModelWeight;
        var score = combine.Mode switch
        {
            CombineMode.Max => Math.Max(rules, model),
            CombineMode.Sum => rules + model,
            _ => model + (rules * (1 - combine.ModelWeight)),
        };
        return (int)Math.Round(Math.Clamp(score, 0, 1_000));
    }

    FraudOutcome Outcome(int score, in Running totals)
    {
        var thresholds = Rules.Content.Thresholds;
        if (totals.Decline)
            return FraudOutcome.Decline;
        if (totals.Approve)
            return FraudOutcome.Approve;
        if (score >= thresholds.Decline)
            return FraudOutcome.Decline;
        return totals.Review || score >= thresholds.Review ? FraudOutcome.Review : FraudOutcome.Approve;
    }

    RuleResult Result(int index, RuleInput input, in RuleSetMoment moment, bool trace)
    {
        var (rule, state) = (Rules.Rules[index], _states[index]);
        if (Rules.ScoreSoFar >= 0)
            input.Values[Rules.ScoreSoFar] = ScoreBefore(index);
        var sentence = state switch
        {
            { Failure: RuleFailure.Late } => $"There was no time left for this rule, so its default of {state.Contribution} counts.",
            { Failure: RuleFailure.Failed } => $"This rule needs what could not be read, so its default of {state.Contribution} counts.",
            { Matched: true } => rule.Sentence.Render(_machine.On(input, _lists, moment.Now.ToUnixTimeMilliseconds())),
            _ => null,
        };
        IReadOnlyList<TraceStep>? steps = null;
        if (trace)
        {
            var walk = new ExpressionWalk(input, _lists, moment.Now);
            if (walk.Evaluate(rule.When) is true)
                walk.Evaluate(rule.Score);
            steps = walk.Steps;
        }
        return new RuleResult(rule.Definition.Name, state.Matched, state.Contribution, state.Floor, state.Failure, sentence, steps);
    }

    // Rules that did not match have added nothing.
    int ScoreBefore(int index)
    {
        var sum = 0;
        foreach (ref readonly var state in _states.AsSpan(0, index))
            sum += state.Contribution;
        return sum;
    }

    void Bind(ListsSnapshot lists)
    {
        if (ReferenceEquals(lists, _snapshot))
            return;
        _lists = [.. Rules.Lists.Select(lists.Find)];
        _snapshot = lists;
    }

    struct State
    {
        public bool Matched;
        public int Contribution;
        public RuleFloor Floor;
        public RuleFailure Failure;
    }

    struct Running
    {
        public int Sum;
        public int Matched;
        public int Failed;
        public int Late;
        public bool Review;
        public bool Decline;
        public bool Approve;

        public void Add(int contribution, RuleFloor floor)
        {
            Sum += contribution;
            Review |= floor == RuleFloor.Review;
            Decline |= floor == RuleFloor.Decline;
            Approve |= floor == RuleFloor.Approve;
        }
    }
}
