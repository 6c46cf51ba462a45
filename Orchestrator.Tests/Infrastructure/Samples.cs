namespace Orchestrator.Tests.Infrastructure;

/// <summary>How many cases the costly property-based tests draw: a third in an ordinary run, each time others, and all of them in a long one (<c>./test --long</c>).</summary>
public static class Samples
{
    const int OrdinaryShare = 3;

    static readonly bool AreAllDrawn = Environment.GetEnvironmentVariable("ORCHESTRATOR_TEST_SAMPLES") == "all";

    /// <summary>Of so many cases, those that this run draws.</summary>
    public static int Of(int all) => AreAllDrawn ? all : Math.Max(1, all / OrdinaryShare);
}
