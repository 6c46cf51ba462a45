namespace Orchestrator.Ledger.Reconciliation;

/// <summary>The fields of one line of CSV (RFC 4180, no line ends within fields).</summary>
static class CsvFields
{
    /// <summary>Splits <paramref name="line"/>.</summary>
    /// <param name="line">Without its end.</param>
    /// <param name="fields">Replaced by the fields, whatever comes of it.</param>
    /// <returns>Whether quotes come in pairs around whole fields.</returns>
    public static bool TrySplit(string line, List<string> fields)
    {
        fields.Clear();
        var at = 0;
        while (true)
        {
            if (at < line.Length && line[at] == '"')
            {
                if (!TryQuoted(line, ref at, out var quoted))
                    return false;
                fields.Add(quoted);
            }
            else
            {
                var end = line.AsSpan(at).IndexOf(',');
                var field = line.AsSpan(at, end < 0 ? line.Length - at : end);
                if (field.Contains('"'))
                    return false;
                fields.Add(field.ToString());
                at += field.Length;
            }
            if (at == line.Length)
                return true;
            at++;
        }
    }

    // Leaves the position at the comma behind the closing quote, or at the line's end.
    static bool TryQuoted(string line, ref int at, out string field)
    {
        field = "";
        var start = ++at;
        while (true)
        {
            var quote = line.AsSpan(at).IndexOf('"');
            if (quote < 0)
                return false;
            at += quote + 1;
            if (at < line.Length && line[at] == '"')
            {
                at++;
                continue;
            }
            field = line[start..(at - 1)].Replace("\"\"", "\"", StringComparison.Ordinal);
            return at == line.Length || line[at] == ',';
        }
    }
}
