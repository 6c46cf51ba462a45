using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Messaging.Wire;

/// <summary>
/// Every message this process knows: the contracts, and what its modules add (timers, for instance). Finds a message by its name on the wire
/// or by its record.
/// </summary>
public sealed class MessageCatalog
{
    readonly FrozenDictionary<string, MessageContract> _byName;
    readonly FrozenDictionary<Type, MessageContract> _byType;

    /// <summary>A catalog of <paramref name="contracts"/>.</summary>
    /// <param name="contracts">The messages; names and records must be unique.</param>
    /// <param name="topicNames">Other names for topics, by default name; null where the defaults hold.</param>
    /// <param name="upcasters">From older versions of messages to those of today; none when null.</param>
    /// <param name="currencies">What amounts of messages may be in; ISO 4217 alone when null.</param>
    /// <exception cref="ArgumentException">A name or record occurs twice, or an upcaster leads to no message.</exception>
    public MessageCatalog(
        IEnumerable<MessageContract> contracts, IReadOnlyDictionary<string, string>? topicNames = null, IEnumerable<IUpcaster>? upcasters = null,
        CurrencyScales? currencies = null)
    {
        var all = contracts.Select(c => topicNames is not null && topicNames.TryGetValue(c.Topic, out var name) ? c with { Topic = name } : c).ToList();
        _byName = all.ToFrozenDictionary(c => c.Name, StringComparer.Ordinal);
        _byType = all.ToFrozenDictionary(c => c.Type);
        Versions = new ContractVersions(all, upcasters ?? []);
        Currencies = currencies ?? CurrencyScales.Iso;
    }

    /// <summary>The contracts alone, under the default topic names.</summary>
    public static MessageCatalog Contracts { get; } = new(ContractCatalog.All);

    /// <summary>What amounts of messages may be in.</summary>
    public CurrencyScales Currencies { get; }

    /// <summary>Every version of them that can be read.</summary>
    public ContractVersions Versions { get; }

    /// <summary>All messages.</summary>
    public IEnumerable<MessageContract> All => _byName.Values;

    /// <summary>The message called <paramref name="name"/>, when there is one.</summary>
    public bool TryFind(string name, [NotNullWhen(true)] out MessageContract? contract) => _byName.TryGetValue(name, out contract);

    /// <summary>The message of record <paramref name="type"/>.</summary>
    /// <exception cref="InvalidOperationException">The record is in no catalog: it cannot be published.</exception>
    public MessageContract Of(Type type) =>
        _byType.TryGetValue(type, out var contract)
            ? contract
            : throw new InvalidOperationException($"{type} is not in the message catalog; add it where its module is registered");

    /// <summary>Whether the record can be published.</summary>
    public bool Contains(Type type) => _byType.ContainsKey(type);
}
