using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.Messaging.Schema;

/// <summary>
/// What the name of a migration says. <c>0042_more.sql</c> expands: versions that do not know it run beside it. <c>0099_contract_since_0090_less.sql</c> contracts: it
/// takes away what versions still need that do not know migration 0090. The name says so, because names are all that a database keeps of migrations, and so all that a version
/// which is older than a migration can know of it.
/// </summary>
/// <param name="Name">The name as the database keeps it.</param>
/// <param name="Number">Its number; 0 where there is none.</param>
/// <param name="ContractSince">The migration that a version must know to run once this one is applied; null where it takes nothing away.</param>
public sealed partial record MigrationName(string Name, int Number, int? ContractSince)
{
    /// <summary>Whether it takes something away.</summary>
    public bool Contracts => ContractSince is not null;

    /// <summary>Reads a name, with or without a folder before it.</summary>
    public static MigrationName Parse(string name)
    {
        var match = Pattern().Match(name[(name.LastIndexOf('/') + 1)..]);
        return new(
            name,
            match.Success ? int.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture) : 0,
            match.Groups["since"].Success ? int.Parse(match.Groups["since"].ValueSpan, CultureInfo.InvariantCulture) : null);
    }

    /// <summary>The name for people: without folder and ending.</summary>
    public override string ToString() => Path.GetFileNameWithoutExtension(Name);

    [GeneratedRegex("^(?<number>[0-9]{4})_(contract_since_(?<since>[0-9]{4})_)?", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Pattern();
}
