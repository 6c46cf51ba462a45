using System.Security.Cryptography;

namespace Orchestrator.Casework.Webhooks;

/// <summary>Secrets of webhooks, encrypted with a key that the database does not have (AES-256-GCM).</summary>
/// <param name="key">The key, base64 of 32 bytes; null when there is none, and no webhooks.</param>
public sealed class WebhookSecrets(string? key)
{
    /// <summary>What a secret begins with where it is shown, as the Standard Webhooks specification has it.</summary>
    public const string Prefix = "whsec_";

    const int KeyBytes = 32;
    const int SecretBytes = 32;
    const int NonceBytes = 12;
    const int TagBytes = 16;

    readonly byte[]? _key = key is null ? null : Convert.FromBase64String(key);

    /// <summary>Whether there is a key.</summary>
    public bool Available => _key is not null;

    /// <summary>Whether <paramref name="key"/> is the base64 of 32 bytes.</summary>
    public static bool IsKey(string key) => Convert.TryFromBase64String(key, new byte[key.Length], out var length) && length == KeyBytes;

    /// <summary>A new secret.</summary>
    public static byte[] Create() => RandomNumberGenerator.GetBytes(SecretBytes);

    /// <summary>A secret as it is shown, once.</summary>
    public static string Shown(byte[] secret) => Prefix + Convert.ToBase64String(secret);

    /// <summary>Encrypts a webhook's secret: nonce, tag, and what nobody can read. It belongs to this webhook alone.</summary>
    public byte[] Seal(byte[] secret, Guid webhookId)
    {
        var stored = new byte[NonceBytes + TagBytes + secret.Length];
        RandomNumberGenerator.Fill(stored.AsSpan(0, NonceBytes));
        using var cipher = new AesGcm(Key, TagBytes);
        cipher.Encrypt(
            stored.AsSpan(0, NonceBytes), secret, stored.AsSpan(NonceBytes + TagBytes), stored.AsSpan(NonceBytes, TagBytes), webhookId.ToByteArray(bigEndian: true));
        return stored;
    }

    /// <summary>Reads what <see cref="Seal"/> gave.</summary>
    /// <exception cref="CryptographicException">It was encrypted with another key, for another webhook, or changed.</exception>
    public byte[] Open(byte[] stored, Guid webhookId)
    {
        var secret = new byte[stored.Length - NonceBytes - TagBytes];
        using var cipher = new AesGcm(Key, TagBytes);
        cipher.Decrypt(
            stored.AsSpan(0, NonceBytes), stored.AsSpan(NonceBytes + TagBytes), stored.AsSpan(NonceBytes, TagBytes), secret, webhookId.ToByteArray(bigEndian: true));
        return secret;
    }

    byte[] Key => _key ?? throw new InvalidOperationException("Casework:WebhookKey is not set");
}
