namespace Orchestrator.Contracts.Accounts;

/// <summary>
/// Somebody applies for an account: it is opened once the applicant was checked against lists and known identities, or a person has approved.
/// Topic <c>accounts</c>, keyed by the account. An account is applied for once; the same again changes nothing.
/// </summary>
/// <param name="AccountId">The account's id for ever: 1 to 64 letters, digits and <c>. _ -</c>, starting with a letter or digit.</param>
/// <param name="CustomerId">The customer who is to own it.</param>
/// <param name="Currency">ISO 4217 alphabetic code, or that of a configured asset, upper case.</param>
/// <param name="Applicant">Who applies.</param>
/// <param name="RequestedAt">When, UTC.</param>
/// <param name="InitialBalanceMinor">Brought in by a funding posting when it is opened; zero for none.</param>
/// <param name="Limits">What the account may do; none by default.</param>
public sealed record AccountRequested(
    string AccountId,
    string CustomerId,
    string Currency,
    Applicant Applicant,
    DateTimeOffset RequestedAt,
    long InitialBalanceMinor = 0,
    AccountLimits? Limits = null) : IContract
{
    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        new OpenAccount(AccountId, CustomerId, Currency, RequestedAt, InitialBalanceMinor, Limits).Validate(errors);
        Applicant.Validate(errors);
    }
}

/// <summary>Who applies for an account.</summary>
/// <param name="Name">The whole name, 1 to 128 characters.</param>
/// <param name="DateOfBirth">The day of birth, where it is known.</param>
/// <param name="DocumentNumber">The number of a passport or another proof of identity; 4 to 64 characters.</param>
/// <param name="DocumentCountry">ISO 3166-1 alpha-2 code of the country that issued it.</param>
public sealed record Applicant(string Name, DateOnly? DateOfBirth = null, string? DocumentNumber = null, string? DocumentCountry = null)
{
    const int MinDocument = 4;
    const int MaxDocument = 64;

    internal void Validate(ContractErrors errors)
    {
        errors.Required(Name, "applicant.name");
        if (DateOfBirth is { Year: < 1850 or > 2200 })
            errors.Add("time_out_of_range", "applicant.dateOfBirth", "a day from 1850 to 2200");
        if (DocumentNumber is { } number && (number.Length is < MinDocument or > MaxDocument || number.Count(char.IsLetterOrDigit) < MinDocument))
            errors.Add("invalid_document", "applicant.documentNumber", $"{MinDocument} to {MaxDocument} characters, at least {MinDocument} of them letters or digits");
        if (DocumentCountry is { } country && (country.Length != 2 || !country.All(char.IsAsciiLetterUpper)))
            errors.Add("invalid_country", "applicant.documentCountry", "two capital letters, ISO 3166-1 alpha-2");
        if (DocumentNumber is null != DocumentCountry is null)
            errors.Add("invalid_document", "applicant.documentCountry", "a document has a number and a country");
    }
}
