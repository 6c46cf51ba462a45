namespace Orchestrator.Contracts.Accounts;

/// <summary>
/// Opens an account. Topic <c>accounts</c>, keyed by the account. Opening the same account with the same body again changes nothing.
/// </summary>
/// <param name="AccountId">The account's id for ever: 1 to 64 letters, digits and <c>. _ -</c>, starting with a letter or digit.</param>
/// <param name="CustomerId">The customer who owns it.</param>
/// <param name="Currency">ISO 4217 alphabetic code, or that of a configured asset, upper case.</param>
/// <param name="RequestedAt">When it was asked for, UTC.</param>
/// <param name="InitialBalanceMinor">Brought in by a funding posting against the currency's settlement account; zero for none.</param>
/// <param name="Limits">What the account may do; none by default.</param>
/// <param name="Reply">Whether somebody waits for what becomes of it: then <see cref="AccountOpened"/> or <see cref="AccountOpeningRefused"/> says so.</param>
public sealed record OpenAccount(
    string AccountId,
    string CustomerId,
    string Currency,
    DateTimeOffset RequestedAt,
    long InitialBalanceMinor = 0,
    AccountLimits? Limits = null,
    bool Reply = false) : IContract
{
    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.AccountId(AccountId, "accountId");
        errors.Required(CustomerId, "customerId");
        errors.Currency(Currency, "currency");
        errors.Instant(RequestedAt, "requestedAt");
        if (InitialBalanceMinor is < 0 or > ContractErrors.MaxAmountMinor)
            errors.Add("amount_out_of_range", "initialBalanceMinor", $"from 0 to {ContractErrors.MaxAmountMinor}");
        Limits?.Validate(errors);
    }
}

/// <summary>What an account may do.</summary>
/// <param name="OverdraftMinor">How far below zero the available balance may go, in minor units; 0 for not at all.</param>
/// <param name="PerTransactionMinor">The most that one transaction may take, in minor units; none when null.</param>
/// <param name="PerDayMinor">The most that may leave it in a day (UTC), in minor units, what is held counted; none when null.</param>
public sealed record AccountLimits(long OverdraftMinor = 0, long? PerTransactionMinor = null, long? PerDayMinor = null)
{
    internal void Validate(ContractErrors errors)
    {
        if (OverdraftMinor is < 0 or > ContractErrors.MaxAmountMinor)
            errors.Add("amount_out_of_range", "limits.overdraftMinor", $"from 0 to {ContractErrors.MaxAmountMinor}");
        if (PerTransactionMinor is { } limit)
            errors.Amount(limit, "limits.perTransactionMinor");
        if (PerDayMinor is { } perDay)
            errors.Amount(perDay, "limits.perDayMinor");
    }
}
