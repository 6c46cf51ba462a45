namespace Orchestrator.Contracts.Accounts;

/// <summary>
/// Asks whether an identity is known under another customer; if not, it is this customer's from now on. Topic <c>accounts</c>, keyed by the account that
/// is applied for. Answered by <see cref="IdentityChecked"/>.
/// </summary>
/// <param name="AccountId">The account that is applied for: the key.</param>
/// <param name="CustomerId">The customer.</param>
/// <param name="Fingerprints">Hashes that stand for the identity, 64 hexadecimal digits each, at most 10.</param>
public sealed record CheckIdentity(string AccountId, string CustomerId, IReadOnlyList<string> Fingerprints) : IContract
{
    const int MaxFingerprints = 10;
    const int Digits = 64;

    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.AccountId(AccountId, "accountId");
        errors.Required(CustomerId, "customerId");
        if (Fingerprints.Count > MaxFingerprints || Fingerprints.Any(f => f.Length != Digits || !f.All(char.IsAsciiHexDigitLower)))
            errors.Add("invalid_fingerprint", "fingerprints", $"at most {MaxFingerprints}, of {Digits} lower-case hexadecimal digits each");
    }
}

/// <summary>Whose an identity is. Topic <c>accounts</c>, keyed by the account that is applied for.</summary>
/// <param name="AccountId">The account that is applied for: the key.</param>
/// <param name="CustomerId">The customer who applies.</param>
/// <param name="OtherCustomers">Other customers who have come with the same identity before; none when it is new or this customer's.</param>
public sealed record IdentityChecked(string AccountId, string CustomerId, IReadOnlyList<string> OtherCustomers) : IContract
{
    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.AccountId(AccountId, "accountId");
        errors.Required(CustomerId, "customerId");
    }
}
