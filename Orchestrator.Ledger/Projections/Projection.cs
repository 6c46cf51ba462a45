using Npgsql;
using Orchestrator.Contracts.Ledger;

namespace Orchestrator.Ledger.Projections;

/// <summary>
/// A read model folded from ledger events. It is built in a schema of its own for each generation, so that a new one grows beside the old one and takes
/// its place at once. Folding is a function of the events alone: it reads no clock and sends nothing, so building again gives the same rows, whatever the
/// order in which events of different accounts come.
/// </summary>
public abstract class Projection
{
    /// <summary>The stable name: lower case letters and underscores, beginning with a letter, 30 at most.</summary>
    public abstract string Name { get; }

    /// <summary>Goes up when what it makes of the same events changes: a generation of another version is stale.</summary>
    public abstract int Version { get; }

    /// <summary>SQL that makes its tables in <paramref name="schema"/>, which exists and is empty. The name <c>watermark</c> is taken; no column counts by itself.</summary>
    public abstract string CreateSql(string schema);

    /// <summary>The commands that fold <paramref name="events"/>, in one transaction with the position up to which was read.</summary>
    /// <param name="schema">Where the tables are; safe to put into SQL.</param>
    /// <param name="partition">The lane that the events belong to; events of one account are always of the same.</param>
    /// <param name="events">In the order of each account's versions, each event once.</param>
    /// <returns>
    /// In the order in which they run. One whose parameters are all arrays of the same length runs once with the rows of several lanes (see
    /// UnitOfWork.WriteRows), so it must be right for accounts of any number of lanes; others run for their lane alone.
    /// </returns>
    public abstract IReadOnlyList<NpgsqlBatchCommand> Fold(string schema, int partition, IReadOnlyList<LedgerEventRecorded> events);
}
