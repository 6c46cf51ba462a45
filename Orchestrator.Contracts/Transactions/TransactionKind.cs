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

/// <summary>When the money of a transaction that is approved moves.</summary>
[JsonConverter(typeof(NamedEnumConverter<TransactionCapture>))]
public enum TransactionCapture
{
    /// <summary>At once.</summary>
    [JsonStringEnumMemberName("automatic")] Automatic,

    /// <summary>When the publisher asks for it: until then the funds are on hold.</summary>
    [JsonStringEnumMemberName("manual")] Manual,
}
