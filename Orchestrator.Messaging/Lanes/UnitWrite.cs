using Npgsql;

namespace Orchestrator.Messaging.Lanes;

/// <summary>A command of a unit of work.</summary>
/// <param name="Command">The command.</param>
/// <param name="ExpectedRows">How many rows it must affect; any number when null.</param>
/// <param name="IsRows">Whether its parameters are columns of rows, so that the rows of another unit may be added to them.</param>
/// <param name="Invariant">What is violated when it affects another number; null when that can be right.</param>
internal readonly record struct UnitWrite(NpgsqlBatchCommand Command, int? ExpectedRows, bool IsRows, string? Invariant = null)
{
    /// <summary>
    /// Makes one command of those of different units that have the same text and are rows. Each unit's commands stay in their order, and its own
    /// are never put together: that may be what makes them right.
    /// </summary>
    /// <returns>
    /// New commands, whatever was put together: one that has run remembers by what name its connection has prepared it, and on another connection
    /// that may be another statement's.
    /// </returns>
    public static IReadOnlyList<UnitWrite> Merged(IEnumerable<IReadOnlyList<UnitWrite>> units)
    {
        var merged = new List<List<UnitWrite>>();
        foreach (var writes in units)
        {
            // From the last to the first, so that each finds its place before the one that must follow it.
            var before = merged.Count;
            foreach (var write in writes.Reverse())
            {
                var at = before - 1;
                while (at >= 0 && !merged[at][0].GoesWith(write))
                    at--;
                if (at < 0)
                    merged.Insert(at = before, [write]);
                else
                    merged[at].Add(write);
                before = at;
            }
        }
        return merged.ConvertAll(Merged);
    }

    // One that must affect a number of rows and one that need not are not counted together.
    bool GoesWith(UnitWrite other) =>
        IsRows && other.IsRows && ExpectedRows is null == other.ExpectedRows is null
        && string.Equals(Command.CommandText, other.Command.CommandText, StringComparison.Ordinal)
        && string.Equals(Invariant, other.Invariant, StringComparison.Ordinal);

    static UnitWrite Merged(List<UnitWrite> same)
    {
        var (first, expectedRows, isRows, invariant) = same[0];
        var command = new NpgsqlBatchCommand(first.CommandText);
        for (var p = 0; p < first.Parameters.Count; p++)
        {
            var parameter = first.Parameters[p].Clone();
            if (same.Count > 1)
                parameter.Value = Concatenated(same.ConvertAll(w => (Array)w.Command.Parameters[p].Value!));
            command.Parameters.Add(parameter);
        }
        return new UnitWrite(command, expectedRows is null ? null : same.Sum(w => w.ExpectedRows), isRows, invariant);
    }

    static Array Concatenated(List<Array> arrays)
    {
        var all = Array.CreateInstance(arrays[0].GetType().GetElementType()!, arrays.Sum(a => a.Length));
        var at = 0;
        foreach (var array in arrays)
        {
            array.CopyTo(all, at);
            at += array.Length;
        }
        return all;
    }
}
