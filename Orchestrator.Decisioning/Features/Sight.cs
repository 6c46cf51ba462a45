namespace Orchestrator.Decisioning.Features;

/// <summary>What one key looks like from one event: all that its part of the vector is written from.</summary>
ref struct Sight
{
    /// <summary>The key.</summary>
    public KeyState State;

    /// <summary>The running numbers as of the event, itself included.</summary>
    public ReadOnlySpan<long> Readings;

    /// <summary>How many of the key's events stand before it.</summary>
    public int Before;

    /// <summary>The marks of the event.</summary>
    public EventMarks Marks;

    /// <summary>Of accounts: the median before it.</summary>
    public double Median;

    /// <summary>Of accounts: of how many amounts that median is.</summary>
    public int History;

    /// <summary>It had come before.</summary>
    public bool IsDuplicate;

    /// <summary>It came after newer ones.</summary>
    public bool IsLate;

    /// <summary>It came too late to be counted.</summary>
    public bool IsTooLate;

    /// <summary>Whether it is counted now.</summary>
    public readonly bool IsFresh => !IsDuplicate && !IsTooLate;
}
