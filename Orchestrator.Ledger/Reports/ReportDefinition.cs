using Npgsql;
using Orchestrator.Contracts;

namespace Orchestrator.Ledger.Reports;

/// <summary>A column of a report.</summary>
/// <param name="Name">As in JSON and in the first line of the CSV file.</param>
/// <param name="Type"><c>date</c>, <c>instant</c>, <c>string</c>, <c>integer</c> or <c>uuid</c>.</param>
/// <param name="Unit">What is counted: minor units of the row's currency, days, pieces; absent where nothing is.</param>
/// <param name="Description">What it says.</param>
/// <param name="Nullable">Whether it may be null in JSON and empty in CSV.</param>
public sealed record ReportColumn(string Name, string Type, string? Unit, string Description, bool Nullable = false);

/// <summary>A report: what it shows and how it is asked for, a day at a time.</summary>
public sealed class ReportDefinition
{
    internal ReportDefinition(
        string name, string description, IReadOnlyList<ReportColumn> columns, Func<string, string> sql, Func<ReportOptions, CurrencyScales, NpgsqlParameter[]> parameters) =>
        (Name, Description, Columns, Sql, Parameters) = (name, description, columns, sql, parameters);

    /// <summary>The stable name, in addresses.</summary>
    public string Name { get; }

    /// <summary>What it shows.</summary>
    public string Description { get; }

    /// <summary>The columns, in order.</summary>
    public IReadOnlyList<ReportColumn> Columns { get; }

    /// <summary>
    /// The query of one day, of a schema: $1 the day, $2 the key after which to go on (null for the first), $3 how many rows, then what
    /// <see cref="Parameters"/> gives. It selects the columns and then the row's key, in the order of keys.
    /// </summary>
    internal Func<string, string> Sql { get; }

    /// <summary>The parameters that follow from the options and from what amounts may be in.</summary>
    internal Func<ReportOptions, CurrencyScales, NpgsqlParameter[]> Parameters { get; }
}
