using System.Security.Cryptography;

namespace Orchestrator.Ledger.Reconciliation;

/// <summary>Hashes what is read through it, so that a file is identified by the very bytes that were taken.</summary>
sealed class HashedStream(Stream inner) : ReadOnlyStream
{
    readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Reads what is left, and gives the SHA-256 of all.</summary>
    public byte[] Finish()
    {
        Span<byte> rest = stackalloc byte[4 << 10];
        while (Read(rest) > 0)
        {
            // Hashed as it is read.
        }
        return _hash.GetHashAndReset();
    }

    /// <inheritdoc />
    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        _hash.AppendData(buffer[..read]);
        return read;
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }
}
