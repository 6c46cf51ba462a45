using Orchestrator.Contracts;
using Orchestrator.Contracts.Ledger;

namespace Orchestrator.Api.Postings;

/// <summary>A transfer of a bulk that stands alone, or a chain of linked ones: up to the first that is not linked, or the end.</summary>
sealed class BulkRun
{
    readonly ContractErrors[] _errors;

    BulkRun(int start, IReadOnlyList<TransferRequest> transfers, CurrencyScales currencies)
    {
        Start = start;
        Transfers = transfers;
        _errors = [.. transfers.Select((t, i) => Validate(t, i, currencies))];
    }

    /// <summary>Where it begins in the request.</summary>
    public int Start { get; }

    /// <summary>Its transfers, in order.</summary>
    public IReadOnlyList<TransferRequest> Transfers { get; }

    /// <summary>Whether they take effect together.</summary>
    public bool IsChain => Transfers[0].Linked;

    /// <summary>The place in the run of the first that is not acceptable; null when all are.</summary>
    public int? FirstInvalid => Array.FindIndex(_errors, e => !e.None) is >= 0 and var index ? index : null;

    /// <summary>The runs of a request.</summary>
    /// <param name="transfers">What is asked for.</param>
    /// <param name="currencies">What amounts may be in.</param>
    public static IReadOnlyList<BulkRun> Of(IReadOnlyList<TransferRequest> transfers, CurrencyScales currencies)
    {
        var runs = new List<BulkRun>();
        for (var start = 0; start < transfers.Count;)
        {
            var end = start;
            while (end < transfers.Count - 1 && transfers[end].Linked)
                end++;
            runs.Add(new BulkRun(start, [.. transfers.Skip(start).Take(end - start + 1)], currencies));
            start = end + 1;
        }
        return runs;
    }

    /// <summary>What is wrong with its transfer <paramref name="index"/>.</summary>
    public ContractErrors ErrorsOf(int index) => _errors[index];

    /// <summary>One of something for each of its transfers.</summary>
    public IEnumerable<T> Each<T>(Func<int, TransferRequest, T> make) => Transfers.Select((t, i) => make(i, t));

    ContractErrors Validate(TransferRequest transfer, int index, CurrencyScales currencies)
    {
        var errors = new ContractErrors(currencies);
        if (transfer.TransferId is null)
            errors.Add("missing_field", "transferId", "required in a bulk: it tells the items apart");
        else
            Validate(transfer.ToLinked(), errors);
        if (index == Transfers.Count - 1 && transfer.Linked)
            errors.Add(BulkTransfers.ChainOpen("linked").Code, "linked", BulkTransfers.ChainOpen("linked").Detail);
        if (index == LinkedTransfers.MostTransfers)
            errors.Add("linked_chain_too_long", "linked", $"at most {LinkedTransfers.MostTransfers} transfers are linked");
        if (IsChain && transfer.TransferId is { } id && Transfers.Take(index).Any(t => t.TransferId == id))
            errors.Add("repeated_transfer_id", "transferId", "another id than that of every other transfer of the chain");
        return errors;
    }

    static void Validate(LinkedTransfer transfer, ContractErrors errors)
    {
        transfer.Validate("", errors);
        AskLedger.ValidateCurrency(transfer.Currency, errors);
    }
}
