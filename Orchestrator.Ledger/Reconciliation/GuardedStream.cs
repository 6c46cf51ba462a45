namespace Orchestrator.Ledger.Reconciliation;

/// <summary>Lets a reader have so many bytes between two calls of <see cref="Allow"/>: nothing that it must hold at once is larger.</summary>
sealed class GuardedStream(Stream inner, int allowance) : ReadOnlyStream
{
    long _left = allowance;

    /// <summary>Begins a new allowance.</summary>
    public void Allow() => _left = allowance;

    /// <inheritdoc />
    /// <exception cref="StatementException"><c>xml_too_large</c>.</exception>
    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        _left -= read;
        return _left >= 0 ? read : throw new StatementException(
            StatementException.Codes.XmlTooLarge, $"no part of it may be larger than {allowance >> 10} KiB");
    }
}
