using Orchestrator.Messaging.Wire;

namespace Orchestrator.Decisioning.Features;

/// <summary>
/// Names to 64-bit keys, the same in every process for ever: snapshots hold them. All bits of a name take part in all bits of its key, so keys may be
/// cut, combined and used as they are; combining two numbers by shifting would let a table's default hash fold them onto each other.
/// </summary>
public static class KeyHash
{
    // What stands for a number that would be 0.
    const ulong Instead = 0xa076_1d64_78bd_642ful;

    /// <summary>The key of a name; 0 for none.</summary>
    public static ulong Of(ReadOnlySpan<char> name) => name.IsEmpty ? 0 : NotZero(NameHash.Of(name));

    /// <summary>The key of an id.</summary>
    public static ulong Of(Guid id) => NotZero(NameHash.Of(id));

    /// <summary>The key of a pair; the order counts.</summary>
    public static ulong Of(ulong first, ulong second) => NotZero(NameHash.Of(first, second));

    // 0 means that there is no key.
    static ulong NotZero(ulong hash) => hash == 0 ? Instead : hash;
}
