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
    // Reading the clock costs as much as a rule.
    const int RulesPerLookAtTheClock = 16;

    readonly TimeProvider _time;
    readonly RuleMachine _machine = new();
    readonly State[] _states;
    readonly int _scoreSoFar;
    readonly bool _scoreSoFarIsRead;
    ListsSnapshot? _snapshot;
    ListEntries?[] _lists = [];

    /// <summary>An evaluator of <paramref name="rules"/>.</summary>
    public RuleSetEvaluator(CompiledRuleSet rules, TimeProvider time)
    {
        (Rules, _time) = (rules, time);
        _states = new State[rules.Rules.Length];
        var expressions = rules.Rules.SelectMany(r => new[] { r.When, r.Score }).Select(e => e.Program).ToList();
        _scoreSoFar = rules.Schema.TryFind(MessageFields.ScoreSoFar, out var slot) && slot.Type == RuleType.Number ? slot.Index : -1;
        _scoreSoFarIsRead = _scoreSoFar >= 0 && expressions.Exists(p => p.Reads.Contains(_scoreSoFar));
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
        var rules = Rules.Rules;
        var (sum, matched, failed, late) = (0, 0, 0, 0);
        var (review, decline, approve) = (false, false, false);
        for (var i = 0; i < rules.Length; i++)
        {
            if (moment.Deadline != 0 && i % RulesPerLookAtTheClock == 0 && late == 0 && _time.GetTimestamp() > moment.Deadline)
                late = rules.Length - i;
            ref var state = ref _states[i];
            state.ScoreBefore = sum;
            state.Failure = late > 0 ? RuleFailure.Late : One(rules[i], input, ref state);
            if (state.Failure != RuleFailure.None)
            {
                (state.Matched, state.Contribution, state.Floor) = (false, rules[i].OnFailure.Score, rules[i].OnFailure.Outcome);
                failed += state.Failure == RuleFailure.Failed ? 1 : 0;
            }
            else if (!state.Matched)
            {
                continue;
            }
            else
            {
                matched++;
            }
            sum += state.Contribution;
            review |= state.Floor == RuleFloor.Review;
            decline |= state.Floor == RuleFloor.Decline;
            approve |= state.Floor == RuleFloor.Approve;
        }
        var rulesScore = Math.Clamp(sum, 0, 1_000);
        var score = Combined(rulesScore, moment.ModelScore, out var modelMissing);
        return new RuleSetTotals(rulesScore, score, Outcome(score, review, decline, approve), matched, failed, late, modelMissing);
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

    RuleFailure One(CompiledRule rule, RuleInput input, ref State state)
    {
        try
        {
            if (_scoreSoFarIsRead)
                input.Values[_scoreSoFar] = state.ScoreBefore;
            _machine.Failed = false;
            state.Matched = rule.When.Program.Value!(_machine) == 1;
            if (_machine.Failed)
                return RuleFailure.Failed;
            if (!state.Matched)
            {
                (state.Contribution, state.Floor) = (0, RuleFloor.None);
                return RuleFailure.None;
            }
            var score = double.IsNaN(rule.ConstantScore) ? rule.Score.Program.Value!(_machine) : rule.ConstantScore;
            if (_machine.Failed || double.IsNaN(score))
                return RuleFailure.Failed;
            const int Most = CompiledRuleSet.MaxContribution;
            (state.Contribution, state.Floor) = ((int)Math.Round(Math.Clamp(score, -Most, Most)), rule.Floor);
            return RuleFailure.None;
        }
        catch (Exception)
        {
            // Nothing known throws; should something, the lane goes on, and the decision is marked.
            return RuleFailure.Failed;
        }
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

    FraudOutcome Outcome(int score, bool review, bool decline, bool approve)
    {
        var thresholds = Rules.Content.Thresholds;
        if (decline)
            return FraudOutcome.Decline;
        if (approve)
            return FraudOutcome.Approve;
        if (score >= thresholds.Decline)
            return FraudOutcome.Decline;
        return review || score >= thresholds.Review ? FraudOutcome.Review : FraudOutcome.Approve;
    }

    RuleResult Result(int index, RuleInput input, in RuleSetMoment moment, bool trace)
    {
        var (rule, state) = (Rules.Rules[index], _states[index]);
        if (_scoreSoFar >= 0)
            input.Values[_scoreSoFar] = state.ScoreBefore;
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
        public int ScoreBefore;
        public RuleFloor Floor;
        public RuleFailure Failure;
    }
}
