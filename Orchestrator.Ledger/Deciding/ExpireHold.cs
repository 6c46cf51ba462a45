using System.Text.Json.Serialization;
using Orchestrator.Contracts;

namespace Orchestrator.Ledger.Deciding;

/// <summary>A hold's time is over. It comes from the lane's durable timers, never over a topic.</summary>
/// <param name="HoldId">The hold.</param>
/// <param name="TransactionId">On whose behalf it was placed.</param>
/// <param name="AccountId">The account: the key.</param>
/// <param name="ReplyKey">Whom to tell.</param>
public sealed record ExpireHold(Guid HoldId, Guid TransactionId, string AccountId, string ReplyKey) : IContract
{
    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.Id(HoldId, "holdId");
        errors.Id(TransactionId, "transactionId");
        errors.AccountId(AccountId, "accountId");
        errors.Required(ReplyKey, "replyKey");
    }
}

[JsonSourceGenerationOptions(
    System.Text.Json.JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ExpireHold))]
sealed partial class LedgerJson : JsonSerializerContext;
