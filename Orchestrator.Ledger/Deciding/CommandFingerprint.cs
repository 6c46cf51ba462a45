using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;

namespace Orchestrator.Ledger.Deciding;

/// <summary>
/// What a command asks for, in 16 bytes, to tell the same command sent again from another under the same id. When it was sent, where its
/// reply goes and what follows it are not part of it: who asks again may ask later.
/// </summary>
static class CommandFingerprint
{
    const int MaxBytes = 1 + 8 + 16 + 16 + Contracts.CurrencyScales.MaxCodeLength + 1 + Contracts.ContractErrors.MaxAccountIdLength + 1 + 8;

    /// <summary>The fingerprint of <paramref name="command"/>.</summary>
    public static Guid Of(ILedgerCommand command) => command switch
    {
        PlaceHold c => Of(
            LedgerEventType.HoldPlaced, c.AccountId, c.TransactionId, c.CommandId, c.AmountMinor, c.Currency, expiresAt: c.ExpiresAt),
        Transfer c => Of(LedgerEventType.HoldPlaced, c.AccountId, c.TransactionId, c.CommandId, c.AmountMinor, c.Currency),
        // Its amount and currency are those of the credit that it undoes.
        Reverse c => Of(LedgerEventType.HoldPlaced, c.AccountId, c.TransactionId, c.CommandId),
        CaptureHold { AmountMinor: { } amount } c => Of(LedgerEventType.HoldCaptured, c.AccountId, c.TransactionId, c.HoldId, amount),
        CaptureHold c => Of(LedgerEventType.HoldCaptured, c.AccountId, c.TransactionId, c.HoldId),
        ReleaseHold c => Of(LedgerEventType.HoldReleased, c.AccountId, c.TransactionId, c.HoldId),
        Credit c => Of(
            LedgerEventType.Credited, c.AccountId, c.TransactionId, Guid.Empty, c.AmountMinor, c.Currency, ContraAccounts.KindOf(c.Purpose)),
        Debit c => Of(
            LedgerEventType.Debited, c.AccountId, c.TransactionId, Guid.Empty, c.AmountMinor, c.Currency, ContraAccounts.KindOf(c.Purpose)),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command.GetType(), "not a command of the ledger"),
    };

    /// <summary>The fingerprint of <paramref name="command"/>; why it was sent is not part of it.</summary>
    public static Guid Of(IAccountCommand command) => Of(LedgerDecider.EventOf(command), command.AccountId, Guid.Empty, Guid.Empty);

    /// <summary>The fingerprint of the command that an event came from.</summary>
    /// <param name="e">The event.</param>
    /// <param name="currency">The account's currency.</param>
    public static Guid OfEvent(LedgerEvent e, string currency)
    {
        var (transactionId, holdId) = (e.TransactionId ?? Guid.Empty, e.HoldId ?? Guid.Empty);
        return e.Type switch
        {
            LedgerEventType.HoldPlaced when e.ReversesTransactionId is not null => Of(e.Type, e.AccountId, transactionId, holdId),
            // A capture names an amount when it says what it leaves, a release never.
            LedgerEventType.HoldCaptured when e.ReleasedMinor is not null => Of(e.Type, e.AccountId, transactionId, holdId, e.AmountMinor),
            LedgerEventType.HoldCaptured or LedgerEventType.HoldReleased => Of(e.Type, e.AccountId, transactionId, holdId),
            LedgerEventType.Frozen or LedgerEventType.Unfrozen or LedgerEventType.Closed => Of(e.Type, e.AccountId, Guid.Empty, Guid.Empty),
            _ => Of(
                e.Type, e.AccountId, transactionId, holdId, e.AmountMinor, currency,
                e.ContraAccountId is { } contra ? ContraAccounts.KindOf(contra) : AccountKind.Clearing, e.ExpiresAt),
        };
    }

    static Guid Of(
        LedgerEventType type, string accountId, Guid transactionId, Guid holdId, long amountMinor = 0, string currency = "---",
        AccountKind contra = AccountKind.Clearing, DateTimeOffset? expiresAt = null)
    {
        Span<byte> bytes = stackalloc byte[MaxBytes];
        bytes[0] = (byte)type;
        BinaryPrimitives.WriteInt64BigEndian(bytes[1..], amountMinor);
        transactionId.TryWriteBytes(bytes[9..]);
        holdId.TryWriteBytes(bytes[25..]);
        var length = 41;
        length += Encoding.ASCII.GetBytes(currency, bytes[length..]);
        // All codes were of three letters once; a longer one ends with what no name has, so that it is told from the name.
        if (currency.Length > Contracts.CurrencyScales.MinCodeLength)
            bytes[length++] = (byte)':';
        length += Encoding.ASCII.GetBytes(accountId, bytes[length..]);
        // What is not usual comes behind the name, after a byte that no name has.
        if (contra is not AccountKind.Clearing || expiresAt is not null)
        {
            bytes[length++] = (byte)(0x80 | (byte)contra);
            BinaryPrimitives.WriteInt64BigEndian(bytes[length..], expiresAt is { } at ? Instants.Stored(at).UtcTicks : 0);
            length += 8;
        }
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..length], hash);
        return new Guid(hash[..16], bigEndian: true);
    }
}
