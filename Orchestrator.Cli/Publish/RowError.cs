using Orchestrator.Contracts;

namespace Orchestrator.Cli.Publish;

/// <summary>Why a row is skipped. <see cref="Codes"/> of its own come beside those of the contracts.</summary>
/// <param name="Code">A stable name.</param>
/// <param name="Field">The column or field, empty for the whole row.</param>
/// <param name="Detail">What is expected, for people.</param>
public sealed record RowError(string Code, string Field, string Detail)
{
    /// <summary>The contract's own finding.</summary>
    public static RowError Of(ContractError error) => new(error.Code, error.Field, error.Detail);

    /// <inheritdoc />
    public override string ToString() => Field.Length == 0 ? $"{Code}: {Detail}" : $"{Code} ({Field}): {Detail}";

    /// <summary>What a row can be refused for before the contract looks at it.</summary>
    public static class Codes
    {
        /// <summary>Longer than a message may be.</summary>
        public const string LineTooLong = "line_too_long";

        /// <summary>Not JSON.</summary>
        public const string NotJson = "not_json";

        /// <summary>JSON of another shape.</summary>
        public const string WrongShape = "wrong_shape";

        /// <summary>Another number of columns than the header.</summary>
        public const string WrongColumns = "wrong_columns";

        /// <summary>A quote is not closed, or text follows a closed one.</summary>
        public const string BadQuotes = "bad_quotes";

        /// <summary>A required column is empty.</summary>
        public const string MissingField = "missing_field";

        /// <summary>Not a UUID.</summary>
        public const string InvalidId = "invalid_id";

        /// <summary>Not a number of the expected kind.</summary>
        public const string InvalidNumber = "invalid_number";

        /// <summary>More decimals than the currency has.</summary>
        public const string TooManyDecimals = "too_many_decimals";

        /// <summary>Not a time.</summary>
        public const string InvalidTime = "invalid_time";

        /// <summary>Not a kind of transaction.</summary>
        public const string UnknownKind = "unknown_kind";

        /// <summary>Not a label.</summary>
        public const string InvalidLabel = "invalid_label";
    }
}

/// <summary>One row of a file: a transaction, or what is wrong with it.</summary>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Transaction">Null when there is an error.</param>
/// <param name="Error">Null when there is none.</param>
/// <param name="Label">Whether it is a fraud, where the file says so; kept apart from the message.</param>
public sealed record FileRow(long Line, Contracts.Transactions.TransactionSubmitted? Transaction, RowError? Error, FraudLabel? Label = null)
{
    /// <summary>A row that is skipped.</summary>
    public static FileRow Bad(long line, RowError error) => new(line, null, error);
}

/// <summary>What a file says about fraud.</summary>
public sealed record FraudLabel(bool Fraud, int Scenario);
