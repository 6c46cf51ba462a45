using Orchestrator.Messaging.Wire;

namespace Orchestrator.Ledger;

/// <summary>Ids that follow from others, so that the same cause has the same id whenever it is asked.</summary>
public static class LedgerIds
{
    /// <summary>The command id of opening an account: OpenAccount carries none, the account's id is its key.</summary>
    public static Guid Open(string accountId) => HashedId.Of($"open:{accountId}");

    /// <summary>The command id of an account's initial balance.</summary>
    public static Guid Fund(string accountId) => HashedId.Of($"fund:{accountId}");

    /// <summary>The command id of the credit of a transfer.</summary>
    public static Guid CreditOf(Guid transferId) => HashedId.Of($"credit:{transferId}");

    /// <summary>The command id of the capture of a transfer's hold.</summary>
    public static Guid CaptureOf(Guid transferId) => HashedId.Of($"capture:{transferId}");

    /// <summary>The command id of the release of a transfer's hold.</summary>
    public static Guid ReleaseOf(Guid transferId) => HashedId.Of($"release:{transferId}");

    /// <summary>The command id of a hold's expiry, and the id of its timer.</summary>
    public static Guid ExpiryOf(Guid holdId) => HashedId.Of($"expire:{holdId}");

    /// <summary>The id of the timer that bounds how long linked transfers are asked about.</summary>
    public static Guid TimeoutOf(Guid chainId) => HashedId.Of($"linked-timeout:{chainId}");

    /// <summary>The id of the message that nothing has happened on an account since the event that made this version of it.</summary>
    public static Guid IdleOf(string accountId, long version) => HashedId.Of($"idle:{accountId}:{version}");

    /// <summary>The id of the chain of these transfers, in this order.</summary>
    public static Guid ChainOf(IEnumerable<Guid> transferIds) => HashedId.Of($"linked:{string.Join(',', transferIds)}");

    /// <summary>
    /// The message id of a command's reply: a reply given again is the same message, and who took it already drops it by its id.
    /// It keeps the command id's leading bytes, and so its place in an ordered index.
    /// </summary>
    public static Guid Reply(Guid commandId)
    {
        Span<byte> bytes = stackalloc byte[16];
        commandId.TryWriteBytes(bytes, bigEndian: true, out _);
        for (var i = 0; i < ReplyMark.Length; i++)
            bytes[16 - ReplyMark.Length + i] ^= ReplyMark[i];
        return new Guid(bytes, bigEndian: true);
    }

    static ReadOnlySpan<byte> ReplyMark => "reply"u8;
}
