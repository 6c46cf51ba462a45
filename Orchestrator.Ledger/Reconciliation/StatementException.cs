namespace Orchestrator.Ledger.Reconciliation;

/// <summary>Nothing of a file can be taken as a statement, for a reason with a name.</summary>
public sealed class StatementException(string code, string detail, IReadOnlyList<BadRow>? rows = null, Exception? inner = null)
    : Exception($"{code}: {detail}", inner)
{
    /// <summary>The stable name, of <see cref="Codes"/>.</summary>
    public string Code { get; } = code;

    /// <summary>What is wrong and what is expected, for people.</summary>
    public string Detail { get; } = detail;

    /// <summary>The first of the rows that cannot be read, where those are the reason.</summary>
    public IReadOnlyList<BadRow> Rows { get; } = rows ?? [];

    /// <summary>What a file can be refused for.</summary>
    public static class Codes
    {
        /// <summary>The first line of a CSV does not name the columns.</summary>
        public const string BadHeader = "bad_header";

        /// <summary>A column that is needed is not there.</summary>
        public const string MissingColumn = "missing_column";

        /// <summary>A column is named twice, or two columns say the amount.</summary>
        public const string DuplicateColumn = "duplicate_column";

        /// <summary>Not well-formed XML, or XML with a document type.</summary>
        public const string NotXml = "not_xml";

        /// <summary>XML that is no camt.053.001.02 or .08.</summary>
        public const string UnknownSchema = "unknown_schema";

        /// <summary>XML that is nested too deep, or with a node that is too large.</summary>
        public const string XmlTooLarge = "xml_too_large";

        /// <summary>Statements of several currencies in one file.</summary>
        public const string SeveralCurrencies = "several_currencies";

        /// <summary>The period is no period.</summary>
        public const string BadPeriod = "bad_period";

        /// <summary>No line, and no period and currency either.</summary>
        public const string NoLines = "no_lines";

        /// <summary>More lines than a statement may have.</summary>
        public const string TooManyLines = "too_many_lines";

        /// <summary>More rows than are put up with cannot be read.</summary>
        public const string TooManyBadRows = "too_many_bad_rows";
    }
}
