using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Orchestrator.Api.Security;

/// <summary>
/// Closes cursors that hold what whoever asks may not see. The key is in the database, so that any process opens what another has closed.
/// </summary>
public sealed class CursorSeal(NpgsqlDataSource database)
{
    const int NonceBytes = 12;
    const int TagBytes = 16;
    const int Longest = 1_024;

    byte[]? _key;

    /// <summary>Closes a cursor.</summary>
    public async Task<string> CloseAsync(string cursor, CancellationToken cancellationToken)
    {
        using var cipher = new AesGcm(await KeyAsync(cancellationToken), TagBytes);
        var plain = Encoding.UTF8.GetBytes(cursor);
        var closed = new byte[NonceBytes + TagBytes + plain.Length];
        RandomNumberGenerator.Fill(closed.AsSpan(0, NonceBytes));
        cipher.Encrypt(closed.AsSpan(0, NonceBytes), plain, closed.AsSpan(NonceBytes + TagBytes), closed.AsSpan(NonceBytes, TagBytes));
        return Base64Url.EncodeToString(closed);
    }

    /// <summary>Opens a cursor; an empty text when it is none that was closed here.</summary>
    public async Task<string> OpenAsync(string closed, CancellationToken cancellationToken)
    {
        if (closed.Length > Longest || !Base64Url.IsValid(closed))
            return "";
        var bytes = Base64Url.DecodeFromChars(closed);
        if (bytes.Length < NonceBytes + TagBytes)
            return "";
        using var cipher = new AesGcm(await KeyAsync(cancellationToken), TagBytes);
        var plain = new byte[bytes.Length - NonceBytes - TagBytes];
        try
        {
            cipher.Decrypt(bytes.AsSpan(0, NonceBytes), bytes.AsSpan(NonceBytes + TagBytes), bytes.AsSpan(NonceBytes, TagBytes), plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            return "";
        }
        return Encoding.UTF8.GetString(plain);
    }

    async ValueTask<byte[]> KeyAsync(CancellationToken cancellationToken)
    {
        if (_key is { } known)
            return known;
        await using var command = database.CreateCommand("select value from api.secret where name = 'cursors'");
        return _key = (byte[])(await command.ExecuteScalarAsync(cancellationToken) ?? throw new InvalidOperationException("api.secret has no row for cursors"));
    }
}
