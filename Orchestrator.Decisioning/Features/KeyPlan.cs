using System.Runtime.InteropServices;

namespace Orchestrator.Decisioning.Features;

/// <summary>What the engine does for one kind of key: which windows run, what is summed in them, and what is written to the vector.</summary>
sealed class KeyPlan
{
    /// <summary>How many amounts a median is of.</summary>
    public const int MedianAmounts = 64;

    public required KeyKind Kind { get; init; }

    public required WindowPlan[] Windows
    {
        get;
        init
        {
            field = value;
            Newest = Increments.Of(value);
        }
    }

    /// <summary>By marks, what the newest event of a key changes.</summary>
    public Increments[] Newest { get; private init; } = [];

    public required VectorStep[] Steps
    {
        get;
        init
        {
            field = value;
            Counts = [.. value.Where(s => s.Measure == Measure.Count)];
            OtherSteps = [.. value.Where(s => s.Measure != Measure.Count)];
        }
    }

    /// <summary>Those steps that are nothing but a count: half of all.</summary>
    public VectorStep[] Counts { get; private init; } = [];

    /// <summary>All other steps.</summary>
    public VectorStep[] OtherSteps { get; private init; } = [];

    /// <summary>How many numbers the running windows of a key take.</summary>
    public required int RunningLength { get; init; }

    /// <summary>How many numbers the state of a key has: those of its windows, and the amounts behind them.</summary>
    public int Numbers => RunningLength + (Median ? MedianAmounts : 0);

    /// <summary>What lies further back than this is in no window.</summary>
    public required long SpanMs { get; init; }

    /// <summary>Whether medians are asked for.</summary>
    public required bool Median { get; init; }

    /// <summary>Counterparts that are remembered by key, for what is new to the account.</summary>
    public required KeyKind[] Counterparts { get; init; }

    /// <summary>Whether places are remembered.</summary>
    public required bool Places { get; init; }

    /// <summary>How many of the newest events are kept however old they are.</summary>
    public int Keep => Median ? MedianAmounts : 1;

    /// <summary>Whether the vector needs anything of this kind.</summary>
    public bool IsUsed => Steps.Length > 0;
}

/// <summary>One window of a key. In the running numbers its first and last event stand at <see cref="Mark"/> and the place after.</summary>
sealed class WindowPlan
{
    public required long WindowMs { get; init; }

    /// <summary>0, or the delay of labels: the window is (t - lag - window, t - lag].</summary>
    public required long LagMs { get; init; }

    public required int Mark { get; init; }

    /// <summary>Of all its events.</summary>
    public required Tally[] Tallies { get; init; }

    /// <summary>Of those that were declined, once more.</summary>
    public Tally[] Declined { get; set; } = [];

    public bool IsDelayed => LagMs > 0;
}

/// <summary>What is summed in a window over the events that match: the count at <see cref="At"/>, then their sum, then the sum of squares in two.</summary>
[StructLayout(LayoutKind.Auto)]
readonly record struct Tally(EventMarks Mask, EventMarks Value, int At, bool Sums, bool Squares)
{
    public int Length => Squares ? 4 : Sums ? 2 : 1;

    public bool Matches(EventMarks marks) => (marks & Mask) == Value;
}

/// <summary>One number of the vector.</summary>
/// <param name="Measure">What it is.</param>
/// <param name="Output">Its place in the vector.</param>
/// <param name="At">Where its tally stands in the running numbers, or which counterpart it is of.</param>
/// <param name="AllAt">Where the tally of all events of its window stands.</param>
/// <param name="DeclinedAt">Where the tally of those stands that were declined, whose amounts are not learned; 0 where all are.</param>
/// <param name="Mark">Where its window's marks stand.</param>
/// <param name="Mask">Of a run: which marks make a fraud of it.</param>
/// <param name="Value">What those have to be.</param>
[StructLayout(LayoutKind.Auto)]
readonly record struct VectorStep(Measure Measure, int Output, int At, int AllAt, int DeclinedAt, int Mark, EventMarks Mask, EventMarks Value);
