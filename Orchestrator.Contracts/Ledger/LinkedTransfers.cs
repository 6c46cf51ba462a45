namespace Orchestrator.Contracts.Ledger;

/// <summary>
/// Moves several amounts, all of them or none. Topic <c>ledger-commands</c>, keyed by the account that pays first. The ledger first reserves every amount
/// and makes sure that every account will take what it is to receive; only then does money move. Each transfer is answered as <see cref="Transfer"/>:
/// by <see cref="TransferPosted"/>, all of them, or by <see cref="TransferRefused"/>, all of them, one with the reason and the others with
/// <see cref="LedgerRefusals.LinkedTransferFailed"/>.
/// </summary>
/// <param name="CommandId">Identifies the chain for ever.</param>
/// <param name="AccountId">The account that pays the first transfer: the key.</param>
/// <param name="Transfers">From 2 to <see cref="MostTransfers"/>, each with an id of its own.</param>
/// <param name="RequestedAt">When it was sent, UTC.</param>
public sealed record LinkedTransfers(Guid CommandId, string AccountId, IReadOnlyList<LinkedTransfer> Transfers, DateTimeOffset RequestedAt) : IContract
{
    /// <summary>The most transfers that are linked.</summary>
    public const int MostTransfers = 100;

    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.Id(CommandId, "commandId");
        errors.AccountId(AccountId, "accountId");
        errors.Instant(RequestedAt, "requestedAt");
        if (Transfers.Count is < 2 or > MostTransfers)
        {
            errors.Add("count_out_of_range", "transfers", $"from 2 to {MostTransfers} transfers");
            return;
        }
        var ids = new HashSet<Guid>(Transfers.Count);
        for (var i = 0; i < Transfers.Count; i++)
            ValidateTransfer(Transfers[i], $"transfers[{i}].", ids, errors);
        if (Transfers[0] is { } first && !string.Equals(first.SourceAccountId, AccountId, StringComparison.Ordinal))
            errors.Add("not_the_first_payer", "accountId", "the source of the first transfer");
    }

    static void ValidateTransfer(LinkedTransfer? transfer, string path, HashSet<Guid> ids, ContractErrors errors)
    {
        if (transfer is null)
        {
            errors.Add("missing_field", path.TrimEnd('.'), "a transfer");
            return;
        }
        transfer.Validate(path, errors);
        if (!ids.Add(transfer.TransferId))
            errors.Add("repeated_transfer_id", path + "transferId", "another id than that of every other transfer of the chain");
    }
}

/// <summary>One of several transfers of which all take effect or none.</summary>
/// <param name="TransferId">Identifies the transfer for ever.</param>
/// <param name="SourceAccountId">The account that pays.</param>
/// <param name="DestinationAccountId">The account that receives.</param>
/// <param name="AmountMinor">Minor units, above zero.</param>
/// <param name="Currency">ISO 4217 alphabetic code, or that of a configured asset.</param>
public sealed record LinkedTransfer(Guid TransferId, string SourceAccountId, string DestinationAccountId, long AmountMinor, string Currency)
{
    /// <summary>Adds what is wrong with it.</summary>
    /// <param name="path">What the fields' names are put behind.</param>
    /// <param name="errors">Gets what is wrong.</param>
    public void Validate(string path, ContractErrors errors)
    {
        errors.Id(TransferId, path + "transferId");
        errors.AccountId(SourceAccountId, path + "sourceAccountId");
        errors.AccountId(DestinationAccountId, path + "destinationAccountId");
        errors.Amount(AmountMinor, path + "amountMinor");
        errors.CurrencyCode(Currency, path + "currency");
    }
}
