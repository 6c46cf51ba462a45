using Npgsql;

namespace Orchestrator.Messaging.Lanes;

/// <summary>A command of a unit of work.</summary>
/// <param name="Command">The command.</param>
/// <param name="ExpectedRows">How many rows it must affect; any number when null.</param>
/// <param name="IsRows">Whether its parameters are columns of rows, so that the rows of another unit may be added to them.</param>
internal readonly record struct UnitWrite(NpgsqlBatchCommand Command, int? ExpectedRows, bool IsRows)
{
    /// <summary>Makes one command of all that have the same text and are rows, in the order of the first of each.</summary>
    public static IReadOnlyList<UnitWrite> Merged(IEnumerable<UnitWrite> writes)
    {
        var merged = new List<List<UnitWrite>>();
        var byText = new Dictionary<string, List<UnitWrite>>(StringComparer.Ordinal);
        foreach (var write in writes)
        {
            if (write.IsRows && byText.TryGetValue(write.Command.CommandText, out var same))
            {
                same.Add(write);
                continue;
            }
            merged.Add(same = [write]);
            if (write.IsRows)
                byText.Add(write.Command.CommandText, same);
        }
        return merged.ConvertAll(same => same.Count == 1 ? same[0] : Merged(same));
    }

    static UnitWrite Merged(List<UnitWrite> same)
    {
        var first = same[0].Command;
        var command = new NpgsqlBatchCommand(first.CommandText);
        for (var p = 0; p < first.Parameters.Count; p++)
        {
            var parameter = first.Parameters[p].Clone();
            parameter.Value = Concatenated(same.ConvertAll(w => (Array)w.Command.Parameters[p].Value!));
            command.Parameters.Add(parameter);
        }
        return new UnitWrite(command, same.Any(w => w.ExpectedRows is null) ? null : same.Sum(w => w.ExpectedRows), true);
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
