using System.Runtime.InteropServices;

namespace Orchestrator.Contracts;

/// <summary>What is wrong with a field.</summary>
/// <param name="Code">A stable name, for instance <c>unknown_currency</c>.</param>
/// <param name="Field">The JSON path of the field.</param>
/// <param name="Detail">What is expected, for people; never the value itself.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ContractError(string Code, string Field, string Detail)
{
    /// <inheritdoc />
    public override string ToString() => $"{Code} ({Field}): {Detail}";
}

/// <summary>Collects what is wrong with a message, and holds the checks that messages share.</summary>
public sealed class ContractErrors
{
    /// <summary>The largest amount that one message may carry: 10^15 minor units.</summary>
    public const long MaxAmountMinor = 1_000_000_000_000_000;

    /// <summary>The longest account id.</summary>
    public const int MaxAccountIdLength = 64;

    /// <summary>The longest free text field unless a field says otherwise.</summary>
    public const int MaxTextLength = 128;

    const string CurrencyExpected = "a currency of ISO 4217 or a configured asset, by its code in upper case";

    readonly List<ContractError> _errors = [];
    readonly CurrencyScales _currencies;

    /// <summary>Nothing found yet; ISO 4217 alone is known.</summary>
    public ContractErrors()
        : this(CurrencyScales.Iso)
    {
    }

    /// <summary>Nothing found yet.</summary>
    /// <param name="currencies">What amounts may be in.</param>
    public ContractErrors(CurrencyScales currencies) => _currencies = currencies;

    /// <summary>All that was found, in order.</summary>
    public IReadOnlyList<ContractError> All => _errors;

    /// <summary>Whether nothing was found.</summary>
    public bool None => _errors.Count == 0;

    /// <summary>Validates <paramref name="contract"/> and returns what was found; ISO 4217 alone is known.</summary>
    public static ContractErrors Of(IContract contract) => Of(contract, CurrencyScales.Iso);

    /// <summary>Validates <paramref name="contract"/> and returns what was found.</summary>
    /// <param name="contract">The message.</param>
    /// <param name="currencies">What amounts may be in.</param>
    public static ContractErrors Of(IContract contract, CurrencyScales currencies)
    {
        var errors = new ContractErrors(currencies);
        contract.Validate(errors);
        return errors;
    }

    /// <summary>Adds an error.</summary>
    public void Add(string code, string field, string detail) => _errors.Add(new ContractError(code, field, detail));

    /// <summary>The id is not all zeros.</summary>
    public void Id(Guid id, string field)
    {
        if (id == Guid.Empty)
            Add("missing_id", field, "a UUID other than all zeros");
    }

    /// <summary>1 to 64 letters, digits and <c>. _ -</c>, starting with a letter or digit.</summary>
    public void AccountId(string? accountId, string field)
    {
        if (!IsAccountId(accountId))
            Add("invalid_account_id", field, "1 to 64 letters, digits and . _ -, starting with a letter or digit");
    }

    /// <summary>See <see cref="AccountId"/>. The ledger's own accounts have a colon in their names, so that nobody can claim them.</summary>
    public static bool IsAccountId(string? accountId)
    {
        if (accountId is not { Length: > 0 and <= MaxAccountIdLength } || !char.IsAsciiLetterOrDigit(accountId[0]))
            return false;
        foreach (var c in accountId)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
                return false;
        }
        return true;
    }

    /// <summary>Above zero and at most <see cref="MaxAmountMinor"/>.</summary>
    public void Amount(long amountMinor, string field)
    {
        if (amountMinor is < 1 or > MaxAmountMinor)
            Add("amount_out_of_range", field, $"from 1 to {MaxAmountMinor} minor units");
    }

    /// <summary>A currency of ISO 4217 in use, or an asset that is configured here.</summary>
    public void Currency(string? currency, string field)
    {
        if (!_currencies.IsKnown(currency))
            Add("unknown_currency", field, CurrencyExpected);
    }

    /// <summary>
    /// The code of a currency or an asset, well formed: whether there is such a one is for him to say who decides, and who answers. The sender is waiting for
    /// that answer, which a message that is parked does not give.
    /// </summary>
    public void CurrencyCode(string? currency, string field)
    {
        if (!CurrencyScales.IsWellFormed(currency))
            Add("unknown_currency", field, CurrencyExpected);
    }

    /// <summary>Not the default value: a time was given.</summary>
    public void Instant(DateTimeOffset instant, string field)
    {
        if (instant.Year is < 1970 or > 2200)
            Add("time_out_of_range", field, "an instant from 1970 to 2200");
    }

    /// <summary>Present, and not longer than <paramref name="maxLength"/>.</summary>
    public void Required(string? text, string field, int maxLength = MaxTextLength)
    {
        if (string.IsNullOrWhiteSpace(text))
            Add("missing_field", field, "a text that is not empty");
        else
            Text(text, field, maxLength);
    }

    /// <summary>When present, not longer than <paramref name="maxLength"/> and without control characters.</summary>
    public void Text(string? text, string field, int maxLength = MaxTextLength)
    {
        if (text is null)
            return;
        if (text.Length > maxLength)
            Add("text_too_long", field, $"at most {maxLength} characters");
        else if (text.AsSpan().ContainsAnyInRange('\0', '\u001f'))
            Add("control_characters", field, "no control characters");
    }

    /// <summary>When present, an IPv4 or IPv6 address.</summary>
    public void IpAddress(string? address, string field)
    {
        if (address is not null && !System.Net.IPAddress.TryParse(address, out _))
            Add("invalid_ip_address", field, "an IPv4 or IPv6 address");
    }

    /// <summary>When present, a finite number of degrees from minus to plus <paramref name="limit"/>.</summary>
    public void Degrees(double? degrees, double limit, string field)
    {
        if (degrees is { } value && !(Math.Abs(value) <= limit))
            Add("degrees_out_of_range", field, $"from -{limit} to {limit}");
    }
}
