using System.Text;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Sagas.TransactionSagas;

/// <summary>
/// Ids of what a transaction asks for, always the same for the same step: the ledger takes a command once however often it is sent, and an alert
/// is one alert.
/// </summary>
static class StepIds
{
    public static Guid Of(Guid transactionId, string step)
    {
        Span<byte> input = stackalloc byte[16 + Encoding.UTF8.GetMaxByteCount(step.Length)];
        transactionId.TryWriteBytes(input, bigEndian: true, out _);
        var length = 16 + Encoding.UTF8.GetBytes(step, input[16..]);
        return HashedId.Of(input[..length]);
    }

    /// <summary>
    /// The ledger's transaction that undoes one, and the one that it undoes: each follows from the other, so that the ledger's answer finds the saga which asked.
    /// </summary>
    public static Guid Undoing(Guid transactionId)
    {
        Span<byte> bytes = stackalloc byte[16];
        transactionId.TryWriteBytes(bytes, bigEndian: true, out _);
        for (var i = 0; i < UndoMark.Length; i++)
            bytes[16 - UndoMark.Length + i] ^= UndoMark[i];
        return new Guid(bytes, bigEndian: true);
    }

    static ReadOnlySpan<byte> UndoMark => "undone"u8;
}
