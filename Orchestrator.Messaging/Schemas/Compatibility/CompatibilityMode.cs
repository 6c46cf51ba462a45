namespace Orchestrator.Messaging.Schemas.Compatibility;

/// <summary>Who must be able to read what, when a schema changes. The names are those of schema registries.</summary>
public enum CompatibilityMode
{
    /// <summary>Nothing is promised.</summary>
    None,

    /// <summary>Who reads with the new schema reads what was written with the one before: readers are upgraded first.</summary>
    Backward,

    /// <summary>As <see cref="Backward"/>, for all that was ever written.</summary>
    BackwardTransitive,

    /// <summary>Who reads with the schema before reads what is written with the new one: writers are upgraded first.</summary>
    Forward,

    /// <summary>As <see cref="Forward"/>, for every reader that ever was.</summary>
    ForwardTransitive,

    /// <summary>Both, with the schema before: the order of upgrades is free.</summary>
    Full,

    /// <summary>Both, with every schema that ever was.</summary>
    FullTransitive,
}

/// <summary>What a mode asks for, and its name on the wire.</summary>
public static class CompatibilityModes
{
    /// <summary>Whether new readers must read old messages.</summary>
    public static bool IsBackward(this CompatibilityMode mode) => mode is CompatibilityMode.Backward or CompatibilityMode.BackwardTransitive || mode.IsFull();

    /// <summary>Whether old readers must read new messages.</summary>
    public static bool IsForward(this CompatibilityMode mode) => mode is CompatibilityMode.Forward or CompatibilityMode.ForwardTransitive || mode.IsFull();

    /// <summary>Whether all versions count, not the last alone.</summary>
    public static bool IsTransitive(this CompatibilityMode mode) =>
        mode is CompatibilityMode.BackwardTransitive or CompatibilityMode.ForwardTransitive or CompatibilityMode.FullTransitive;

    /// <summary>The mode as registries write it, for instance <c>FULL_TRANSITIVE</c>.</summary>
    public static string Name(this CompatibilityMode mode) => mode switch
    {
        CompatibilityMode.None => "NONE",
        CompatibilityMode.Backward => "BACKWARD",
        CompatibilityMode.BackwardTransitive => "BACKWARD_TRANSITIVE",
        CompatibilityMode.Forward => "FORWARD",
        CompatibilityMode.ForwardTransitive => "FORWARD_TRANSITIVE",
        CompatibilityMode.Full => "FULL",
        CompatibilityMode.FullTransitive => "FULL_TRANSITIVE",
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, message: null),
    };

    /// <summary>Reads a mode as registries write it; null when there is no such.</summary>
    public static CompatibilityMode? Parse(string? name)
    {
        foreach (var mode in Enum.GetValues<CompatibilityMode>())
        {
            if (string.Equals(mode.Name(), name, StringComparison.Ordinal))
                return mode;
        }
        return null;
    }

    static bool IsFull(this CompatibilityMode mode) => mode is CompatibilityMode.Full or CompatibilityMode.FullTransitive;
}
