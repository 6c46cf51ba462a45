using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Ledger;

namespace Orchestrator.Ledger.Deciding;

/// <summary>
/// What a command asks for, in 16 bytes, to tell the same command sent again from another under the same id. When it was sent, where its
/// reply goes and what follows it are not part of it: who asks again may ask later.
/// </summary>
static class CommandFingerprint
{
    const int MaxBytes = 1 + 8 + 16 + 16 + 3 + Contracts.ContractErrors.MaxAccountIdLength;

    /// <summary>The fingerprint of <paramref name="command"/>.</summary>
    public static Guid Of(ILedgerCommand command) => command switch
    {
        PlaceHold c => Of(LedgerEventType.HoldPlaced, c.AccountId, c.TransactionId, c.CommandId, c.AmountMinor, c.Currency),
        CaptureHold c => Of(LedgerEventType.HoldCaptured, c.AccountId, c.TransactionId, c.HoldId),
        ReleaseHold c => Of(LedgerEventType.HoldReleased, c.AccountId, c.TransactionId, c.HoldId),
        Credit c => Of(LedgerEventType.Credited, c.AccountId, c.TransactionId, Guid.Empty, c.AmountMinor, c.Currency),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command.GetType(), "not a command of the ledger"),
    };

    /// <summary>The fingerprint of <paramref name="command"/>; why it was sent is not part of it.</summary>
    public static Guid Of(IAccountCommand command) => Of(LedgerDecider.EventOf(command), command.AccountId, Guid.Empty, Guid.Empty);

    /// <summary>The fingerprint of the command that an event came from.</summary>
    /// <param name="type">What happened.</param>
    /// <param name="accountId">To which account.</param>
    /// <param name="transactionId">On whose behalf.</param>
    /// <param name="holdId">The event's hold, when there is one.</param>
    /// <param name="amountMinor">The event's amount.</param>
    /// <param name="currency">The account's currency.</param>
    public static Guid OfEvent(
        LedgerEventType type, string accountId, Guid transactionId, Guid? holdId, long amountMinor, string currency) => type switch
        {
            // A capture or release names its hold and no amount.
            LedgerEventType.HoldCaptured or LedgerEventType.HoldReleased => Of(type, accountId, transactionId, holdId ?? Guid.Empty),
            LedgerEventType.Frozen or LedgerEventType.Unfrozen or LedgerEventType.Closed => Of(type, accountId, Guid.Empty, Guid.Empty),
            _ => Of(type, accountId, transactionId, holdId ?? Guid.Empty, amountMinor, currency),
        };

    static Guid Of(LedgerEventType type, string accountId, Guid transactionId, Guid holdId, long amountMinor = 0, string currency = "---")
    {
        Span<byte> bytes = stackalloc byte[MaxBytes];
        bytes[0] = (byte)type;
        BinaryPrimitives.WriteInt64BigEndian(bytes[1..], amountMinor);
        transactionId.TryWriteBytes(bytes[9..]);
        holdId.TryWriteBytes(bytes[25..]);
        var length = 41;
        length += Encoding.ASCII.GetBytes(currency, bytes[length..]);
        length += Encoding.ASCII.GetBytes(accountId, bytes[length..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..length], hash);
        return new Guid(hash[..16], bigEndian: true);
    }
}
