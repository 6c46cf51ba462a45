using System.Runtime.InteropServices;

namespace Orchestrator.Decisioning.Rules.Language;

/// <summary>What a value in a rule is.</summary>
public enum RuleType
{
    /// <summary>A finite number; amounts are in major units.</summary>
    Number,

    /// <summary>A text, compared character by character.</summary>
    Text,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>An instant, to the millisecond, UTC.</summary>
    Time,
}

/// <summary>A name that rules may use.</summary>
/// <param name="Name">As it is written: letters, digits and <c>_</c>, in parts that are joined by <c>.</c></param>
/// <param name="Type">What it is; any value may be missing.</param>
/// <param name="Description">What it says, for who writes rules.</param>
public sealed record RuleField(string Name, RuleType Type, string Description = "");

/// <summary>Where a name's value stands in a <see cref="RuleInput"/>: looked up once, when rules are loaded.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Index">Its place among texts, or among all others.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RuleSlot(RuleType Type, int Index);

/// <summary>The names and types that rules are checked against: fields of the message, and features.</summary>
public sealed class RuleSchema
{
    /// <summary>The most names.</summary>
    public const int MaxFields = 1_000;

    readonly Dictionary<string, RuleSlot> _slots = new(StringComparer.Ordinal);

    /// <summary>A schema of these names.</summary>
    /// <exception cref="ArgumentException">A name is malformed, a word of the language or there twice, or there are too many.</exception>
    public RuleSchema(IEnumerable<RuleField> fields)
    {
        Fields = [.. fields];
        if (Fields.Count > MaxFields)
            throw new ArgumentException($"{Fields.Count} names; {MaxFields} is the most", nameof(fields));
        foreach (var field in Fields)
        {
            if (!Lexer.IsName(field.Name) || Lexer.IsWord(field.Name))
                throw new ArgumentException($"'{field.Name}' is no name that a rule could use", nameof(fields));
            var slot = new RuleSlot(field.Type, field.Type == RuleType.Text ? Texts++ : Values++);
            if (!_slots.TryAdd(field.Name, slot))
                throw new ArgumentException($"'{field.Name}' is there twice", nameof(fields));
        }
    }

    /// <summary>All names, in the order given.</summary>
    public IReadOnlyList<RuleField> Fields { get; }

    /// <summary>How many are not texts.</summary>
    public int Values { get; }

    /// <summary>How many are texts.</summary>
    public int Texts { get; }

    /// <summary>Where the value of a known name stands.</summary>
    /// <exception cref="KeyNotFoundException">It is not known.</exception>
    public RuleSlot this[string name] => _slots.TryGetValue(name, out var slot) ? slot : throw new KeyNotFoundException($"There is no '{name}'");

    /// <summary>Where the value of a name stands, if there is such a name.</summary>
    public bool TryFind(string name, out RuleSlot slot) => _slots.TryGetValue(name, out slot);
}
