using System.Text.Json.Serialization;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Contracts.Transactions;

/// <summary>What kind of movement a transaction is.</summary>
[JsonConverter(typeof(NamedEnumConverter<TransactionKind>))]
public enum TransactionKind
{
    /// <summary>Account to account.</summary>
    [JsonStringEnumMemberName("transfer")] Transfer,

    /// <summary>A card at a merchant's terminal.</summary>
    [JsonStringEnumMemberName("card")] Card,

    /// <summary>Cash taken out.</summary>
    [JsonStringEnumMemberName("cash_out")] CashOut,

    /// <summary>A payment to a merchant without a card.</summary>
    [JsonStringEnumMemberName("payment")] Payment,
}
