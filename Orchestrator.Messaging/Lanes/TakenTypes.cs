using System.Collections.Frozen;
using System.Text;
using Confluent.Kafka;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Lanes;

/// <summary>
/// Tells by the type alone which messages of its topics a group looks at: the others are passed over before anything else of them is read. One lane uses it.
/// </summary>
/// <param name="catalog">The messages that are known.</param>
/// <param name="takes">The records that the group takes; all when null.</param>
/// <param name="keeperOf">Of which topics the group parks what names no known message; of all when null.</param>
/// <param name="forgotten">What nobody takes, because a restored database has forgotten what it tells of; null when the database was not restored.</param>
internal sealed class TakenTypes(MessageCatalog catalog, IReadOnlyCollection<Type>? takes, IReadOnlyCollection<string>? keeperOf, ForgottenMessages? forgotten = null)
{
    const int NamesKept = 64;

    readonly FrozenSet<Type>? _takes = takes?.ToFrozenSet();
    readonly List<(byte[] Name, bool IsTaken)> _known = [];

    /// <summary>Whether it is none of the group's.</summary>
    public bool IsPassedOver(ConsumeResult<byte[], byte[]> result)
    {
        if (forgotten?.Holds(result) == true)
            return true;
        if (_takes is null && keeperOf is null)
            return false;
        return TryFind(TypeOf(result.Message?.Headers), out var isTaken) ? !isTaken : keeperOf?.Contains(result.Topic, StringComparer.Ordinal) == false;
    }

    // Any version of a message is that message's: whoever takes it refuses those that cannot be read.
    bool TryFind(byte[]? type, out bool isTaken)
    {
        foreach (var (name, known) in _known)
        {
            if (name.AsSpan().SequenceEqual(type))
            {
                isTaken = known;
                return true;
            }
        }
        isTaken = false;
        if (type is null or { Length: 0 } || Record(Encoding.UTF8.GetString(type)) is not { } record)
            return false;
        isTaken = _takes?.Contains(record) != false;
        if (_known.Count < NamesKept)
            _known.Add((type, isTaken));
        return true;
    }

    Type? Record(string name) =>
        catalog.Versions.TryFind(name, out var path) ? path.Contract.Type : catalog.Versions.TryFindNewest(name, out var newest) ? newest.Type : null;

    // The last one counts, as it does for who reads the message.
    static byte[]? TypeOf(Headers? headers)
    {
        if (headers is null)
            return null;
        byte[]? type = null;
        for (var i = 0; i < headers.Count; i++)
        {
            var header = headers[i];
            if (string.Equals(header.Key, CloudEventHeaders.Type, StringComparison.Ordinal))
                type = header.GetValueBytes();
        }
        return type;
    }
}
