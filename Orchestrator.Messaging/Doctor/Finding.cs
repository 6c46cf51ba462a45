namespace Orchestrator.Messaging.Doctor;

/// <summary>What was found at one point.</summary>
/// <param name="Name">The point's stable name, such as <c>postgres_fsync</c>.</param>
/// <param name="Level">How it is.</param>
/// <param name="What">What was found.</param>
/// <param name="Remedy">What to do about it; null when there is nothing to do.</param>
public sealed record Finding(string Name, FindingLevel Level, string What, string? Remedy = null)
{
    /// <summary>All is well.</summary>
    public static Finding Ok(string name, string what) => new(name, FindingLevel.Ok, what);

    /// <summary>It works, and will not always.</summary>
    public static Finding Warning(string name, string what, string remedy) => new(name, FindingLevel.Warning, what, remedy);

    /// <summary>It does not work, or loses something.</summary>
    public static Finding Problem(string name, string what, string remedy) => new(name, FindingLevel.Problem, what, remedy);
}

/// <summary>How something is, from good to bad.</summary>
public enum FindingLevel
{
    /// <summary>Well.</summary>
    Ok,

    /// <summary>It works, and will not always.</summary>
    Warning,

    /// <summary>It does not work, or loses something.</summary>
    Problem,
}
