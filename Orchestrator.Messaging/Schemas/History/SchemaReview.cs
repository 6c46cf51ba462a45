using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Schemas.Compatibility;
using Orchestrator.Messaging.Schemas.Compatibility.Protobuf;
using Orchestrator.Messaging.Schemas.Derived;

namespace Orchestrator.Messaging.Schemas.History;

/// <summary>Holds messages against the history of their schemas.</summary>
public static class SchemaReview
{
    /// <summary>Reviews messages, and what the history has beside them.</summary>
    /// <param name="contracts">Today's messages.</param>
    /// <param name="history">Their history.</param>
    /// <exception cref="SchemaException">A schema cannot be read or derived.</exception>
    public static IReadOnlyList<ContractReview> Of(IEnumerable<MessageContract> contracts, SchemaHistory history)
    {
        var today = contracts.ToList();
        var gone = history.Names.Except(today.Select(c => c.Name), StringComparer.Ordinal).Where(name => !today.Exists(c => Follows(c.Name, name)));
        return
        [
            .. today.Select(c => Of(c, history.Of(c.Name))),
            .. gone.Select(name => new ContractReview(name, ContractModes.Of(name), history.Of(name).Count, SchemaState.Gone, [])),
        ];
    }

    /// <summary>Reviews one message.</summary>
    public static ContractReview Of(MessageContract contract, IReadOnlyList<SchemaVersion> versions) => Of(contract, versions, ContractModes.Of(contract.Name));

    /// <summary>Reviews one message by a mode.</summary>
    public static ContractReview Of(MessageContract contract, IReadOnlyList<SchemaVersion> versions, CompatibilityMode mode)
    {
        var found = new List<SchemaBreach>();
        for (var i = 1; i < versions.Count; i++)
            found.AddRange(Breaches(versions[i].Number, format => versions[i][format], [.. versions.Take(i)], mode));
        if (versions.Count == 0)
            return new ContractReview(contract.Name, mode, 0, SchemaState.New, []);
        var today = DerivedSchemas.Of(contract, [.. versions.Select(v => v.Protobuf)]);
        if (Array.TrueForAll(Formats, f => SchemaWords.AreSame(f, today[f], versions[^1][f])))
            return new ContractReview(contract.Name, mode, versions.Count, found.Count == 0 ? SchemaState.Accepted : SchemaState.Incompatible, found);
        found.AddRange(Breaches(versions.Count + 1, format => today[format], versions, mode));
        return new ContractReview(contract.Name, mode, versions.Count, found.Count == 0 ? SchemaState.Changed : SchemaState.Incompatible, found);
    }

    static readonly SchemaFormat[] Formats = Enum.GetValues<SchemaFormat>();

    static IEnumerable<SchemaBreach> Breaches(int number, Func<SchemaFormat, string> schema, IReadOnlyList<SchemaVersion> before, CompatibilityMode mode)
    {
        foreach (var format in Formats)
        {
            foreach (var change in SchemaCompatibility.Check(format, mode, schema(format), [.. before.Select(v => v[format])]))
                yield return new SchemaBreach(format, number, change);
        }
        if (mode is CompatibilityMode.None)
            yield break;
        foreach (var what in ProtobufEvolution.Compare(schema(SchemaFormat.Protobuf), before[^1].Protobuf))
            yield return new SchemaBreach(SchemaFormat.Protobuf, number, new IncompatibleChange(before.Count, IncompatibleChange.NewReader, what));
    }

    // A message whose name ends in a higher version leads on from it, with an upcaster.
    static bool Follows(string name, string older)
    {
        var (at, before) = (name.LastIndexOf(".v", StringComparison.Ordinal), older.LastIndexOf(".v", StringComparison.Ordinal));
        return at > 0 && at == before && string.Equals(name[..at], older[..at], StringComparison.Ordinal);
    }
}

/// <summary>What a review found about a message.</summary>
/// <param name="Name">The message.</param>
/// <param name="Mode">What is promised of it.</param>
/// <param name="Versions">How many versions are accepted.</param>
/// <param name="State">How today's schemas stand to them.</param>
/// <param name="Breaches">What is not compatible.</param>
public sealed record ContractReview(string Name, CompatibilityMode Mode, int Versions, SchemaState State, IReadOnlyList<SchemaBreach> Breaches);

/// <summary>What is not compatible.</summary>
/// <param name="Format">In which format.</param>
/// <param name="Version">The version that breaks the promise.</param>
/// <param name="Change">How.</param>
public sealed record SchemaBreach(SchemaFormat Format, int Version, IncompatibleChange Change);

/// <summary>How a message's schemas stand to its history.</summary>
public enum SchemaState
{
    /// <summary>They are the newest version.</summary>
    Accepted,

    /// <summary>There is no version yet.</summary>
    New,

    /// <summary>They have changed, compatibly, and are not accepted yet.</summary>
    Changed,

    /// <summary>They, or a version, break the promise.</summary>
    Incompatible,

    /// <summary>The message is not there any more, and no newer one takes its place: what was published cannot be read.</summary>
    Gone,
}
