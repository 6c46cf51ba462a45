namespace Orchestrator.Messaging.Schemas.Compatibility.Avro;

/// <summary>Whether a reader's schema resolves what a writer's schema wrote: section "Schema Resolution" of the Avro specification.</summary>
sealed class AvroReading
{
    readonly HashSet<(AvroType, AvroType)> _seen;
    readonly ComparisonSteps _steps;
    readonly List<Incompatibility> _found = [];

    AvroReading(HashSet<(AvroType, AvroType)> seen, ComparisonSteps steps) => (_seen, _steps) = (seen, steps);

    /// <summary>What keeps the reader from reading.</summary>
    public static IReadOnlyList<Incompatibility> Compare(AvroType reader, AvroType writer)
    {
        var reading = new AvroReading([], new ComparisonSteps());
        reading.Read(reader, writer, reader is AvroNamed named ? named.Name : "/");
        return reading._found;
    }

    void Read(AvroType reader, AvroType writer, string path)
    {
        _steps.Take();
        if (!_seen.Add((reader, writer)))
            return;
        switch (reader, writer)
        {
            case (_, AvroUnion written):
                ReadBranches(reader, written, path);
                break;
            case (AvroUnion taken, _):
                ReadInto(taken, writer, path);
                break;
            case (AvroRecord r, AvroRecord w) when HasName(r, w, path):
                ReadFields(r, w, path);
                break;
            case (AvroEnum r, AvroEnum w) when HasName(r, w, path):
                ReadSymbols(r, w, path);
                break;
            case (AvroFixed r, AvroFixed w) when HasName(r, w, path):
                if (r.Size != w.Size)
                    Add("fixed_size_changed", path, $"{w.Size} bytes are written, {r.Size} are read");
                ReadMeaning(r, w, path);
                break;
            case (AvroRecord, AvroRecord) or (AvroEnum, AvroEnum) or (AvroFixed, AvroFixed):
                break;
            case (AvroArray r, AvroArray w):
                Read(r.Items, w.Items, $"{path}[]");
                break;
            case (AvroMap r, AvroMap w):
                Read(r.Values, w.Values, $"{path}{{}}");
                break;
            case (AvroPrimitive r, AvroPrimitive w) when IsRead(r.Name, w.Name):
                ReadMeaning(r, w, path);
                break;
            default:
                Add("type_changed", path, $"{writer.Name} is written, {reader.Name} is read");
                break;
        }
    }

    // Whatever the writer chose must be read.
    void ReadBranches(AvroType reader, AvroUnion written, string path)
    {
        foreach (var branch in written.Branches)
        {
            if (reader is AvroUnion several)
                ReadInto(several, branch, path);
            else if (!Resolves(reader, branch))
                Add("union_branch_not_read", path, $"{branch.Name} may be written, {reader.Name} is read");
        }
    }

    // The first branch that matches is the one: a type of the same name first, for its faults are more telling than that nothing fits.
    void ReadInto(AvroUnion taken, AvroType writer, string path)
    {
        if (taken.Branches.Any(b => Resolves(b, writer)))
            return;
        if (taken.Branches.FirstOrDefault(b => b.GetType() == writer.GetType() && b is not AvroPrimitive && (b is not AvroNamed n || IsCalled(n, (AvroNamed)writer))) is { } same)
            Read(same, writer, path);
        else
            Add("union_branch_missing", path, $"{writer.Name} may be written, {taken.Name} is read");
    }

    void ReadFields(AvroRecord reader, AvroRecord writer, string path)
    {
        foreach (var field in reader.Fields)
        {
            var written = writer.Fields.FirstOrDefault(w => string.Equals(w.Name, field.Name, StringComparison.Ordinal))
                ?? writer.Fields.FirstOrDefault(w => field.Aliases.Contains(w.Name));
            if (written is not null)
                Read(field.Type, written.Type, $"{path}.{field.Name}");
            else if (!field.HasDefault)
                Add("field_without_default", $"{path}.{field.Name}", "it is not written, and the reader has no default for it");
        }
    }

    void ReadSymbols(AvroEnum reader, AvroEnum writer, string path)
    {
        if (reader.Fallback is not null)
            return;
        foreach (var symbol in writer.Symbols.Where(s => !reader.Symbols.Contains(s)))
            Add("enum_symbol_missing", path, $"{symbol} may be written; the reader neither knows it nor has a default");
    }

    // What the bytes mean. The specification asks this of decimals only; that microseconds are no milliseconds is asked here, for no reader would notice.
    void ReadMeaning(AvroType reader, AvroType writer, string path)
    {
        if (reader.LogicalType is not { } read || writer.LogicalType is not { } written)
            return;
        if (!string.Equals(read, written, StringComparison.Ordinal))
            Add("logical_type_changed", path, $"{written} is written, {read} is read");
        else if (read is "decimal" && (reader.Precision, reader.Scale) != (writer.Precision, writer.Scale))
            Add("decimal_changed", path, $"({writer.Precision}, {writer.Scale}) is written, ({reader.Precision}, {reader.Scale}) is read");
    }

    bool HasName(AvroNamed reader, AvroNamed writer, string path)
    {
        if (IsCalled(reader, writer))
            return true;
        Add("name_changed", path, $"{writer.FullName} is written, {reader.FullName} is read");
        return false;
    }

    // Unqualified names are compared, as the specification has it; an alias names the writer's type in full.
    static bool IsCalled(AvroNamed reader, AvroNamed writer) =>
        string.Equals(reader.Name, writer.Name, StringComparison.Ordinal) || reader.Aliases.Contains(writer.FullName);

    bool Resolves(AvroType reader, AvroType writer)
    {
        _steps.Take(_seen.Count);
        var trial = new AvroReading([.. _seen], _steps);
        trial.Read(reader, writer, "");
        return trial._found.Count == 0;
    }

    static bool IsRead(string reader, string writer) => string.Equals(reader, writer, StringComparison.Ordinal) || (writer, reader) switch
    {
        ("int", "long" or "float" or "double") => true,
        ("long", "float" or "double") => true,
        ("float", "double") => true,
        ("string", "bytes") or ("bytes", "string") => true,
        _ => false,
    };

    void Add(string code, string path, string detail) => _found.Add(new Incompatibility(code, path, detail));
}
