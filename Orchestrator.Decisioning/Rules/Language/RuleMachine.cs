using System.Runtime.CompilerServices;
using Orchestrator.Decisioning.Lists;

namespace Orchestrator.Decisioning.Rules.Language;

/// <summary>What compiled expressions look at while they are evaluated, and whether they could. One machine serves one thread.</summary>
sealed class RuleMachine
{
    /// <summary>Stands for what was not computed yet: no condition, and no number that any computation gives.</summary>
    public const long NotYet = 0x7ff8_0000_dead_beef;

    RuleInput? _input;
    ListEntries?[] _lists = [];
    Func<RuleMachine, long>[] _parts = [];

    /// <summary>Whether something that could not be read was needed since it was last set to false.</summary>
    public bool Failed { get; set; }

    /// <summary>The input's values.</summary>
    public double[] Values { get; private set; } = [];

    /// <summary>The input's texts.</summary>
    public string?[] Texts { get; private set; } = [];

    /// <summary>When entries of lists must not have expired, milliseconds since 1970.</summary>
    public long NowMs { get; private set; }

    /// <summary>What the parts that rules share came to, by their places.</summary>
    public long[] Shared { get; private set; } = [];

    /// <summary>Gives it the parts that rules share.</summary>
    public void Use(Func<RuleMachine, long>[] parts) => (_parts, Shared) = (parts, new long[parts.Length]);

    /// <summary>Forgets what shared parts came to.</summary>
    public void Forget() => Array.Fill(Shared, NotYet);

    /// <summary>Says what is looked at from now on.</summary>
    public RuleMachine On(RuleInput input, ListEntries?[] lists, long nowMs)
    {
        (_input, _lists, Values, Texts, NowMs) = (input, lists, input.Values, input.Texts, nowMs);
        return this;
    }

    /// <summary>Computes a part that rules share. One that needs what could not be read fails each rule that needs it, so it is not remembered.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public long Part(int place)
    {
        var failed = Failed;
        Failed = false;
        var value = _parts[place](this);
        if (!Failed)
            Shared[place] = value;
        Failed |= failed;
        return value;
    }

    /// <summary>A list, by its place among those that the rule set names.</summary>
    public ListEntries? List(int index) => _lists[index];

    /// <summary>A value is not there: notes whether that is because it could not be read.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public double MissedValue(int index)
    {
        Failed |= _input!.ValueUnavailable(index);
        return double.NaN;
    }

    /// <summary>The same of a text.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public string? MissedText(int index)
    {
        Failed |= _input!.TextUnavailable(index);
        return null;
    }

    /// <summary>A list is not there: it could hold anything.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public double MissedList()
    {
        Failed = true;
        return double.NaN;
    }
}
