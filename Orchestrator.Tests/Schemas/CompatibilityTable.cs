using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Schemas.Compatibility;

namespace Orchestrator.Tests.Schemas;

/// <summary>Holds a row of a table of changes against the checker, in every mode.</summary>
static class CompatibilityTable
{
    /// <summary>Checks a change from one schema to another.</summary>
    /// <param name="format">The language.</param>
    /// <param name="older">The schema before.</param>
    /// <param name="newer">The schema after.</param>
    /// <param name="backward">What keeps a new reader from reading old messages: codes in order, empty for nothing.</param>
    /// <param name="forward">What keeps an old reader from reading new messages.</param>
    public static void Check(SchemaFormat format, string older, string newer, string backward, string forward)
    {
        Assert.Equal(backward, Codes(SchemaCompatibility.Check(format, CompatibilityMode.Backward, newer, [older])));
        Assert.Equal(forward, Codes(SchemaCompatibility.Check(format, CompatibilityMode.Forward, newer, [older])));
        Assert.Equal(backward.Length + forward.Length == 0, SchemaCompatibility.Check(format, CompatibilityMode.Full, newer, [older]).Count == 0);
        Assert.Empty(SchemaCompatibility.Check(format, CompatibilityMode.None, newer, [older]));
        // The version between is like the new one: only what is transitive looks behind it.
        Assert.Empty(SchemaCompatibility.Check(format, CompatibilityMode.Full, newer, [older, newer]));
        Assert.Equal(backward, Codes(SchemaCompatibility.Check(format, CompatibilityMode.BackwardTransitive, newer, [older, newer])));
        Assert.Equal(forward, Codes(SchemaCompatibility.Check(format, CompatibilityMode.ForwardTransitive, newer, [older, newer])));
        Assert.Equal(backward.Length + forward.Length == 0, SchemaCompatibility.Check(format, CompatibilityMode.FullTransitive, newer, [older, newer]).Count == 0);
    }

    static string Codes(IEnumerable<IncompatibleChange> changes) => string.Join(' ', changes.Select(c => c.What.Code));
}
