using Orchestrator.Activity.Visitors;
using Orchestrator.Contracts.Activity;

namespace Orchestrator.Activity.Funnels;

/// <summary>The funnels as they are asked for with every event.</summary>
sealed class FunnelPlan
{
    /// <summary>The most funnels.</summary>
    public const int MaxFunnels = 16;

    /// <summary>The most steps of one.</summary>
    public const int MaxSteps = 16;

    const int MaxWindowMinutes = 7 * 24 * 60;
    const string EventPrefix = "event:";

    /// <summary>Reads the configured ones.</summary>
    public FunnelPlan(IEnumerable<FunnelOptions> funnels) =>
        All = [.. funnels.Select(f => new Funnel(f.Name, f.WindowMinutes * 60_000L, [.. f.Steps.Select(Step.Parse)], string.Join('\n', [f.WindowMinutes.ToString(), .. f.Steps])))];

    /// <summary>Each of them.</summary>
    public Funnel[] All { get; }

    /// <summary>What is wrong with some; null when nothing is.</summary>
    public static string? Problem(IList<FunnelOptions> funnels)
    {
        if (funnels.Count > MaxFunnels)
            return $"at most {MaxFunnels} funnels";
        if (funnels.Select(f => f.Name).Distinct(StringComparer.Ordinal).Count() < funnels.Count)
            return "two funnels of one name";
        foreach (var funnel in funnels)
        {
            if (!Contracts.ContractErrors.IsAccountId(funnel.Name))
                return $"a funnel's name is 1 to 64 letters, digits and . _ -, which {funnel.Name} is not";
            if (funnel.WindowMinutes is < 1 or > MaxWindowMinutes)
                return $"{funnel.Name}: its window is 1 to {MaxWindowMinutes} minutes";
            if (funnel.Steps.Count is < 1 or > MaxSteps)
                return $"{funnel.Name}: 1 to {MaxSteps} steps";
            if (funnel.Steps.Any(s => s.Length is 0 or > 256 || string.Equals(s, EventPrefix, StringComparison.Ordinal)))
                return $"{funnel.Name}: a step is a page such as /cart or /product/*, or event: and a name";
        }
        return null;
    }

    /// <summary>Says which steps of each funnel an event is: bit 0 is the first step.</summary>
    /// <returns>Whether it is any.</returns>
    public bool Match(in ActivityEvent happened, Span<ushort> steps)
    {
        if (happened.Type is not (ActivityType.PageView or ActivityType.Custom))
            return false;
        var any = 0;
        for (var i = 0; i < All.Length; i++)
            any |= steps[i] = All[i].Match(happened);
        return any != 0;
    }

    /// <summary>One funnel.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="WindowMs">Within how long of the first step the others count.</param>
    /// <param name="Steps">Its steps.</param>
    /// <param name="Definition">What is counted anew when it changes.</param>
    internal sealed record Funnel(string Name, long WindowMs, Step[] Steps, string Definition)
    {
        /// <summary>Which of its steps an event is.</summary>
        public ushort Match(in ActivityEvent happened)
        {
            var mask = 0;
            for (var i = 0; i < Steps.Length; i++)
            {
                if (Steps[i].Is(happened))
                    mask |= 1 << i;
            }
            return (ushort)mask;
        }
    }

    /// <summary>What a step asks for.</summary>
    internal readonly record struct Step(bool IsEvent, bool IsPrefix, string Text)
    {
        /// <summary>Reads one as it is configured.</summary>
        public static Step Parse(string text)
        {
            if (text.StartsWith(EventPrefix, StringComparison.Ordinal))
                return new Step(IsEvent: true, IsPrefix: false, text[EventPrefix.Length..]);
            var isPrefix = text.EndsWith('*');
            return new Step(IsEvent: false, isPrefix, isPrefix ? text[..^1] : text);
        }

        /// <summary>Whether an event is it.</summary>
        public bool Is(in ActivityEvent happened)
        {
            if (IsEvent)
                return happened.Type == ActivityType.Custom && string.Equals(happened.Name, Text, StringComparison.Ordinal);
            if (happened.Type != ActivityType.PageView || happened.Page is not { } page)
                return false;
            return IsPrefix ? page.StartsWith(Text, StringComparison.Ordinal) : string.Equals(page, Text, StringComparison.Ordinal);
        }
    }
}
