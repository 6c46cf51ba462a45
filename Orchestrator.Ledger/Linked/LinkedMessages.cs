using System.Text.Json.Serialization;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Ledger;

namespace Orchestrator.Ledger.Linked;

/// <summary>Whose part of a linked transfer it is. The numbers are stored.</summary>
public enum LegSide : short
{
    /// <summary>The account that pays: it places the hold.</summary>
    Payer = 0,

    /// <summary>The account that receives: it promises to take the amount.</summary>
    Payee = 1,
}

/// <summary>What the ledger says to itself about linked transfers, from one lane to another.</summary>
public interface ILinkedMessage : IContract
{
    /// <summary>The chain.</summary>
    Guid ChainId { get; }

    /// <summary>The account whose lane it is for: the key.</summary>
    string AccountId { get; }

    /// <inheritdoc />
    void IContract.Validate(ContractErrors errors)
    {
        errors.Id(ChainId, "chainId");
        errors.AccountId(AccountId, "accountId");
        if (this is ILegMessage leg)
        {
            leg.Transfer.Validate("transfer.", errors);
            errors.Instant(leg.RequestedAt, "requestedAt");
        }
    }
}

/// <summary>What is said to one of the two accounts of a linked transfer.</summary>
public interface ILegMessage : ILinkedMessage
{
    /// <summary>Which of the two.</summary>
    LegSide Side { get; }

    /// <summary>The transfer.</summary>
    LinkedTransfer Transfer { get; }

    /// <summary>When the chain was asked for, UTC.</summary>
    DateTimeOffset RequestedAt { get; }
}

/// <summary>Asks an account to agree to its part: to hold the amount, or to promise that it will take it.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="AccountId">The account: the key.</param>
/// <param name="Side">Its part.</param>
/// <param name="Index">The transfer's place in the chain.</param>
/// <param name="Transfer">The transfer.</param>
/// <param name="AskedBy">The account that pays first: the key of the answer.</param>
/// <param name="RequestedAt">When the chain was asked for, UTC.</param>
public sealed record PrepareLeg(
    Guid ChainId, string AccountId, LegSide Side, int Index, LinkedTransfer Transfer, string AskedBy, DateTimeOffset RequestedAt) : ILegMessage;

/// <summary>Tells an account that the chain is given up: the hold is released, the promise ends.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="AccountId">The account: the key.</param>
/// <param name="Side">Its part.</param>
/// <param name="Transfer">The transfer.</param>
/// <param name="Reason">Why this transfer does not take effect.</param>
/// <param name="FailedIndex">The place of the transfer that failed.</param>
/// <param name="RequestedAt">When the chain was asked for, UTC.</param>
public sealed record AbandonLeg(
    Guid ChainId, string AccountId, LegSide Side, LinkedTransfer Transfer, string Reason, int FailedIndex, DateTimeOffset RequestedAt) : ILegMessage;

/// <summary>An account's answer to <see cref="PrepareLeg"/>.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="AccountId">The account that pays first: the key.</param>
/// <param name="Side">Whose answer it is.</param>
/// <param name="Index">The transfer's place in the chain.</param>
/// <param name="At">When it was decided, UTC.</param>
/// <param name="Refusal">Why it does not agree; null when it does.</param>
public sealed record LegAnswered(Guid ChainId, string AccountId, LegSide Side, int Index, DateTimeOffset At, string? Refusal = null) : ILinkedMessage;

/// <summary>The accounts had time to answer. It comes from the lane's durable timers.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="AccountId">The account that pays first: the key.</param>
public sealed record LinkedTimeout(Guid ChainId, string AccountId) : ILinkedMessage;

/// <summary>How they travel.</summary>
static class LinkedContracts
{
    public static IReadOnlyList<MessageContract> All { get; } =
    [
        Of<PrepareLeg>("prepare-leg", LinkedJson.Default.PrepareLeg),
        Of<AbandonLeg>("abandon-leg", LinkedJson.Default.AbandonLeg),
        Of<LegAnswered>("leg-answered", LinkedJson.Default.LegAnswered),
        Of<LinkedTimeout>("linked-timeout", LinkedJson.Default.LinkedTimeout),
    ];

    static MessageContract Of<T>(string name, System.Text.Json.Serialization.Metadata.JsonTypeInfo json) where T : ILinkedMessage =>
        new($"orchestrator.ledger.{name}.v1", Topics.LedgerCommands, typeof(T), message => ((T)message).AccountId, json);
}

[JsonSourceGenerationOptions(
    System.Text.Json.JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PrepareLeg))]
[JsonSerializable(typeof(AbandonLeg))]
[JsonSerializable(typeof(LegAnswered))]
[JsonSerializable(typeof(LinkedTimeout))]
[JsonSerializable(typeof(IReadOnlyList<LinkedTransfer>))]
[JsonSerializable(typeof(IReadOnlyList<TransferAnswers>))]
sealed partial class LinkedJson : JsonSerializerContext;
