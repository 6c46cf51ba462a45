using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Activity.Figures;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Activity.Store;

/// <summary>
/// One transaction of rows of any number of lanes, sent in one piece. The lanes' own rows come first: their locks keep whoever claims a lane meanwhile waiting, and rows of a lane that
/// was claimed by somebody else are left out.
/// </summary>
internal sealed class FigureBatch
{
    readonly List<LaneRow> _lanes = [];

    public Rows<MinuteRow> Minutes { get; } = new();

    public Rows<BreakdownRow> Breakdowns { get; } = new();

    public Rows<SessionHourRow> SessionHours { get; } = new();

    public Rows<DayRow> Days { get; } = new();

    public Rows<RetentionRow> Retention { get; } = new();

    public Rows<FunnelRow> Funnels { get; } = new();

    public Rows<SessionRow> Sessions { get; } = new();

    public Rows<Guid> Merged { get; } = new();

    /// <summary>How many rows there are.</summary>
    public int Count => Minutes.Count + Breakdowns.Count + SessionHours.Count + Days.Count + Retention.Count + Funnels.Count + Sessions.Count + Merged.Count;

    /// <summary>A lane that has rows here.</summary>
    /// <param name="figures">Its figures.</param>
    /// <param name="isWhole">Whether the last of them are here: then what the lane shows, and its position, are stored too.</param>
    public void AddLane(FigureCursor figures, bool isWhole) => _lanes.Add(isWhole
        ? new LaneRow(figures.Slot.Lane, figures.Claimed, figures.Delta.Position, figures.Delta.At, JsonSerializer.Serialize(figures.Delta.Live, ActivityJson.Default.LiveLane))
        : new LaneRow(figures.Slot.Lane, figures.Claimed, null, null, null));

    /// <summary>Sessions that go on.</summary>
    public void Add(SessionsTaken taken)
    {
        var (from, room) = (0, int.MaxValue);
        Sessions.Add(taken.Slot.Lane, taken.Claimed, taken.Rows, ref from, ref room);
        _lanes.Add(new LaneRow(taken.Slot.Lane, taken.Claimed, null, null, null));
    }

    /// <summary>Writes all of it, or throws and nothing is written.</summary>
    /// <param name="connection">Where to.</param>
    /// <param name="waits">Whether to wait until it is on the disk.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The lanes that are this process's; of the others nothing was written.</returns>
    public async Task<HashSet<int>> ExecuteAsync(NpgsqlConnection connection, bool waits, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(FigureStatements.Lanes(_lanes));
        if (!waits)
            batch.BatchCommands.Add(FigureStatements.DoNotWait());
        Add(Minutes, FigureStatements.Minutes);
        Add(Breakdowns, FigureStatements.Breakdowns);
        Add(SessionHours, FigureStatements.SessionHours);
        Add(Days, FigureStatements.Days);
        Add(Retention, FigureStatements.Retention);
        Add(Funnels, FigureStatements.Funnels);
        if (Sessions.Count > 0)
            batch.BatchCommands.Add(FigureStatements.ErasureComesBetweenTransactions());
        Add(Sessions, FigureStatements.Sessions);
        Add(Merged, FigureStatements.Merged);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var owned = new HashSet<int>();
        while (await rows.ReadAsync(cancellationToken))
            owned.Add(rows.GetInt32(0));
        // A statement that failed says so when its answer is read.
        while (await rows.NextResultAsync(cancellationToken))
        {
        }
        return owned;

        void Add<T>(Rows<T> of, Func<IReadOnlyList<Row<T>>, NpgsqlBatchCommand> statement)
        {
            if (of.Count > 0)
                batch.BatchCommands.Add(statement(of.All));
        }
    }
}

/// <summary>A row with its lane.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="Claimed">The number under which it is claimed.</param>
/// <param name="Value">The row.</param>
internal readonly record struct Row<T>(int Lane, long Claimed, T Value);

/// <summary>A lane's own row; position, time and what it shows are null where they stay as they are.</summary>
internal readonly record struct LaneRow(int Lane, long Claimed, long? Position, DateTimeOffset? At, string? Live);

/// <summary>Rows of one table.</summary>
internal sealed class Rows<T>
{
    readonly List<Row<T>> _rows = [];

    public IReadOnlyList<Row<T>> All => _rows;

    public int Count => _rows.Count;

    public void Add(FigureCursor figures, IReadOnlyList<T> rows, ref int from, ref int room) => Add(figures.Slot.Lane, figures.Claimed, rows, ref from, ref room);

    public void Add(int lane, long claimed, IReadOnlyList<T> rows, ref int from, ref int room)
    {
        for (; from < rows.Count && room > 0; from++, room--)
            _rows.Add(new Row<T>(lane, claimed, rows[from]));
    }

    /// <summary>A column of them.</summary>
    public static NpgsqlParameter Column<TValue>(IReadOnlyList<Row<T>> rows, NpgsqlDbType type, Func<T, TValue> read) => PgArray.Column(rows, type, row => read(row.Value));
}
