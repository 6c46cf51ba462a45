namespace Orchestrator.Messaging.Schema;

/// <summary>How the schema of a database stands to this version of the product.</summary>
/// <param name="Lacking">The migrations of this version that the database lacks, in order.</param>
/// <param name="Unknown">The migrations of the database that this version does not know: a newer version has applied them.</param>
/// <param name="TakenAway">Those of the unknown ones that took away what this version needs.</param>
public sealed record SchemaStanding(IReadOnlyList<MigrationName> Lacking, IReadOnlyList<MigrationName> Unknown, IReadOnlyList<MigrationName> TakenAway)
{
    /// <summary>What the database must have before this version runs.</summary>
    public IEnumerable<MigrationName> Expansions => Lacking.Where(m => !m.Contracts);

    /// <summary>What this version does without, and is to be taken away once no older one runs.</summary>
    public IEnumerable<MigrationName> Contractions => Lacking.Where(m => m.Contracts);

    /// <summary>Compares what this version knows with what a database has.</summary>
    public static SchemaStanding Of(IEnumerable<string> known, IEnumerable<string> applied)
    {
        var mine = known.Order(StringComparer.Ordinal).Select(MigrationName.Parse).ToList();
        var theirs = applied.ToHashSet(StringComparer.Ordinal);
        var names = mine.Select(m => m.Name).ToHashSet(StringComparer.Ordinal);
        var numbers = mine.Select(m => m.Number).ToHashSet();
        var unknown = theirs.Where(name => !names.Contains(name)).Order(StringComparer.Ordinal).Select(MigrationName.Parse).ToList();
        return new(
            [.. mine.Where(m => !theirs.Contains(m.Name))],
            unknown,
            [.. unknown.Where(m => m.ContractSince is { } since && !numbers.Contains(since))]);
    }

    /// <summary>Refuses a database that has lost what this version needs.</summary>
    /// <exception cref="SchemaRefusedException">It has.</exception>
    public void RefuseWhatIsTakenAway()
    {
        if (TakenAway.Count > 0)
        {
            throw new SchemaRefusedException(
                $"The database is that of a newer version: {TakenAway[^1]} has taken away what this version needs. Start a version that knows migration {TakenAway[^1].ContractSince:0000}, or restore a backup from before it.");
        }
    }

    /// <summary>Refuses a database that is older than this version.</summary>
    /// <exception cref="SchemaRefusedException">It is.</exception>
    public void RefuseWhatIsOlder()
    {
        var lacking = Expansions.ToList();
        if (lacking.Count > 0)
        {
            throw new SchemaRefusedException(
                $"The database is older than this version: it lacks {string.Join(", ", lacking.Take(3))}{(lacking.Count > 3 ? $" and {lacking.Count - 3} more migrations" : "")}. " +
                "Run `orchestrator migrate --expand` of this version first, or set Api:Migrate to true.");
        }
    }
}

/// <summary>The schema of the database does not fit this version; the message says how to go on.</summary>
public sealed class SchemaRefusedException(string message) : Exception(message);
