using System.Text;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Streams;

/// <summary>
/// The id of a group's answer to a message: it follows from the two, so that whoever knows them can tell whether the answer is there, and a second one
/// is dropped as a duplicate. A name-based UUID of version 8 with SHA-256, as RFC 9562 has it in B.2: the message's id is the namespace, the group the name.
/// </summary>
public sealed class AnswerId
{
    readonly byte[] _name;

    /// <summary>Ids of the answers of <paramref name="group"/>.</summary>
    public AnswerId(string group) => _name = Encoding.UTF8.GetBytes(group);

    /// <summary>The id of the answer to the message of this id.</summary>
    public Guid To(Guid messageId)
    {
        Span<byte> named = stackalloc byte[16 + 256];
        var length = 16 + _name.Length;
        if (length > named.Length)
            named = new byte[length];
        messageId.TryWriteBytes(named, bigEndian: true, out _);
        _name.CopyTo(named[16..]);
        return HashedId.Of(named[..length]);
    }
}
