using System.Buffers;

namespace Orchestrator.Decisioning.Features;

/// <summary>
/// Where idle keys go: the engine hands out a key's state as bytes when it has to make room, and takes it back when the key is seen again. Called on
/// the engine's own thread in the middle of an event: it answers from memory or a local disk, and does not wait for a network.
/// </summary>
public interface IKeyStateStore
{
    /// <summary>Keeps a state that the engine forgets now; an older one of the same key is replaced.</summary>
    void Keep(KeyKind kind, ulong key, ReadOnlySpan<byte> state);

    /// <summary>Writes a kept state into <paramref name="into"/> and forgets it; false when there is none.</summary>
    bool TryTake(KeyKind kind, ulong key, IBufferWriter<byte> into);
}
