using System.Linq.Expressions;
using System.Runtime.CompilerServices;

namespace Orchestrator.Decisioning.Rules.Language;

/// <summary>Looks at some rules that follow one another.</summary>
/// <param name="Start">The first.</param>
/// <param name="Count">How many.</param>
/// <param name="Look">Says which conditions hold, in the lower half by their places from the start, and which could not be evaluated, in the upper half.</param>
sealed record RuleRun(int Start, int Count, Func<RuleMachine, ulong> Look);

/// <summary>
/// The conditions and scores of a rule set as code for the processor: one method for each few rules, and what rules share computed once. Made when a rule set is about to
/// be evaluated, which takes milliseconds, and gone with it. What is too long for that, or where the runtime cannot write code, is left to the delegates that each
/// expression has anyway.
/// </summary>
sealed class RuleSetCode
{
    /// <summary>The most rules of a run; where more follow the clock is looked at between.</summary>
    public const int MaxRun = 16;

    /// <summary>The upper half of what a run says.</summary>
    public const int FailedShift = 32;

    // Methods beyond some size are compiled badly and slowly; nobody's rules come near.
    const int MaxExpressionSteps = 400;
    const int MaxSteps = 20_000;

    readonly Func<RuleMachine, long>[] _parts;

    RuleSetCode(RuleRun[] runs, Func<RuleMachine, double>[] scores, Func<RuleMachine, long>[] parts) =>
        (Runs, Scores, _parts) = (runs, scores, parts);

    /// <summary>All rules in their order.</summary>
    public RuleRun[] Runs { get; }

    /// <summary>By rule, what gives its score.</summary>
    public Func<RuleMachine, double>[] Scores { get; }

    /// <summary>How many parts rules share.</summary>
    public int SharedParts => _parts.Length;

    /// <summary>A machine for it.</summary>
    public RuleMachine NewMachine()
    {
        var machine = new RuleMachine();
        machine.Use(_parts);
        return machine;
    }

    /// <summary>Writes the code of a rule set.</summary>
    /// <param name="rules">By rule, its condition and its score.</param>
    /// <param name="scoreSoFar">The place of the value that changes from rule to rule; -1 for none.</param>
    public static RuleSetCode Of(IReadOnlyList<(RuleExpression When, RuleExpression Score)> rules, int scoreSoFar)
    {
        var steps = rules.Sum(r => r.When.Program.Steps + r.Score.Program.Steps);
        var written = RuntimeFeature.IsDynamicCodeCompiled && steps <= MaxSteps;
        bool IsWritten(RuleExpression expression) => written && expression.Program.Steps <= MaxExpressionSteps;
        var shared = new SharedParts(rules.SelectMany(r => new[] { r.When, r.Score }).Where(IsWritten).Select(e => e.Root), scoreSoFar);
        var writer = new CodeWriter(shared);

        var runs = new List<RuleRun>();
        for (int start = 0, count; start < rules.Count; start += count)
        {
            count = 1;
            while (start + count < rules.Count && (start + count) % MaxRun != 0 && !rules[start + count].When.Program.Reads.Contains(scoreSoFar))
                count++;
            var run = rules.Skip(start).Take(count).Select(r => r.When).ToList();
            runs.Add(new RuleRun(start, count, written ? Written(writer, run, IsWritten) : Delegated(run)));
        }
        var scores = rules.Select(r => IsWritten(r.Score) && r.Score.Root is not ValueNode ? writer.Method<double>(writer.Number(r.Score.Root)) : r.Score.Program.Value!).ToArray();
        // Writing a part may ask for another.
        var parts = new List<Func<RuleMachine, long>>();
        while (parts.Count < shared.Parts.Count)
            parts.Add(writer.Method<long>(writer.Part(shared.Parts[parts.Count])));
        return new RuleSetCode([.. runs], scores, [.. parts]);
    }

    /// <summary>Runs all of it once on <paramref name="input"/>, of which nothing is known: the runtime then has compiled it before the first transaction waits.</summary>
    public void Prepare(RuleInput input, int lists)
    {
        var machine = NewMachine().On(input, new Lists.ListEntries?[lists], 0);
        machine.Forget();
        for (var place = 0; place < _parts.Length; place++)
            machine.Part(place);
        foreach (var run in Runs)
            run.Look(machine);
        foreach (var score in Scores)
            score(machine);
    }

    static Func<RuleMachine, ulong> Written(CodeWriter writer, List<RuleExpression> run, Func<RuleExpression, bool> isWritten)
    {
        var found = Expression.Variable(typeof(ulong), "found");
        var code = new List<Expression> { Expression.Assign(found, Expression.Constant(0ul)), Expression.Assign(writer.Failed, Expression.Constant(false)) };
        for (var i = 0; i < run.Count; i++)
        {
            var holds = isWritten(run[i]) ? writer.Holds(run[i].Root) : Expression.Equal(writer.Delegated(run[i].Program.Value!), Expression.Constant(1.0));
            code.Add(Expression.IfThen(holds, Expression.OrAssign(found, Expression.Constant(1ul << i))));
            code.Add(Expression.IfThen(writer.Failed, Expression.Block(
                Expression.Assign(found, Expression.Or(Expression.And(found, Expression.Constant(~(1ul << i))), Expression.Constant(1ul << (i + FailedShift)))),
                Expression.Assign(writer.Failed, Expression.Constant(false)))));
        }
        code.Add(found);
        return writer.Method<ulong>(Expression.Block([found], code));
    }

    static Func<RuleMachine, ulong> Delegated(List<RuleExpression> run)
    {
        Func<RuleMachine, double>[] conditions = [.. run.Select(r => r.Program.Value!)];
        return machine =>
        {
            var found = 0ul;
            for (var i = 0; i < conditions.Length; i++)
            {
                machine.Failed = false;
                var holds = conditions[i](machine) == 1;
                found |= machine.Failed ? 1ul << (i + FailedShift) : holds ? 1ul << i : 0;
            }
            machine.Failed = false;
            return found;
        };
    }
}
