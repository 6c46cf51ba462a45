using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Sagas.AccountSagas;

/// <summary>Ids that follow from an account's.</summary>
public static class AccountIds
{
    /// <summary>The id of the account's saga.</summary>
    public static Guid SagaOf(string accountId)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"account-saga:{accountId}"), hash);
        // RFC 9562, version 8: a hash of the application's own choice.
        hash[6] = (byte)(0x80 | (hash[6] & 0x0f));
        hash[8] = (byte)(0x80 | (hash[8] & 0x3f));
        return new Guid(hash[..16], bigEndian: true);
    }
}
