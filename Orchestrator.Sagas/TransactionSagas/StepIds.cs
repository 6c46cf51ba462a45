using System.Security.Cryptography;
using System.Text;

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
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input[..length], hash);
        // RFC 9562, version 8: a hash of the application's own choice.
        hash[6] = (byte)(0x80 | (hash[6] & 0x0f));
        hash[8] = (byte)(0x80 | (hash[8] & 0x3f));
        return new Guid(hash[..16], bigEndian: true);
    }
}
