using System.Runtime.Intrinsics;

namespace Orchestrator.Decisioning.Rules.Language;

/// <summary>
/// The values that rules look at, one transaction at a time: made once and filled again and again. A value is there, missing (nobody said it), or
/// unavailable (it could not be read): a rule that reads an unavailable one fails, for what is not known must not look like zero.
/// </summary>
public sealed class RuleInput
{
    readonly bool[] _valueUnavailable;
    readonly bool[] _textUnavailable;

    /// <summary>An input of nothing but missing values.</summary>
    public RuleInput(RuleSchema schema)
    {
        Schema = schema;
        Values = new double[schema.Values];
        Texts = new string?[schema.Texts];
        _valueUnavailable = new bool[schema.Values];
        _textUnavailable = new bool[schema.Texts];
        Clear();
    }

    /// <summary>Its names.</summary>
    public RuleSchema Schema { get; }

    /// <summary>Numbers, booleans as 0 and 1, times as milliseconds since 1970; not a number where one is missing.</summary>
    internal double[] Values { get; }

    internal string?[] Texts { get; }

    internal bool IsUnavailable(RuleSlot slot) => slot.Type == RuleType.Text ? _textUnavailable[slot.Index] : _valueUnavailable[slot.Index];

    internal bool ValueUnavailable(int index) => _valueUnavailable[index];

    internal bool TextUnavailable(int index) => _textUnavailable[index];

    /// <summary>Makes every value missing.</summary>
    public void Clear()
    {
        Array.Fill(Values, double.NaN);
        Array.Clear(Texts);
        Array.Clear(_valueUnavailable);
        Array.Clear(_textUnavailable);
    }

    /// <summary>Sets a number; missing when it is null or not finite.</summary>
    public void Set(RuleSlot slot, double? value) => SetValue(slot, RuleType.Number, value is { } number && double.IsFinite(number) ? number : double.NaN);

    /// <summary>
    /// Sets numbers that stand one behind the other in the schema: as many as a vector has features, at once. One is missing where it is not finite, or is what
    /// stands at its place in <paramref name="missing"/>.
    /// </summary>
    /// <param name="first">Where the first one stands.</param>
    /// <param name="numbers">The numbers.</param>
    /// <param name="missing">By number, what says that it is missing; not a number where no finite one does.</param>
    /// <exception cref="ArgumentException">There are not as many numbers from there on.</exception>
    public void SetNumbers(RuleSlot first, ReadOnlySpan<float> numbers, ReadOnlySpan<float> missing)
    {
        Check(first, RuleType.Number);
        if (numbers.Length > Values.Length - first.Index || missing.Length != numbers.Length)
            throw new ArgumentException("more numbers than there are names for, or not as many marks", nameof(numbers));
        _valueUnavailable.AsSpan(first.Index, numbers.Length).Clear();
        var values = Values.AsSpan(first.Index, numbers.Length);
        var i = 0;
        for (; i <= numbers.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var given = Vector256.Create(numbers[i..]);
            // Only of finite ones is the difference to themselves zero.
            var known = Vector256.Equals(given - given, Vector256<float>.Zero) & ~Vector256.Equals(given, Vector256.Create(missing[i..]));
            var (lower, upper) = Vector256.Widen(Vector256.ConditionalSelect(known, given, Vector256.Create(float.NaN)));
            lower.CopyTo(values[i..]);
            upper.CopyTo(values[(i + Vector256<double>.Count)..]);
        }
        for (; i < numbers.Length; i++)
            values[i] = float.IsFinite(numbers[i]) && numbers[i] != missing[i] ? numbers[i] : double.NaN;
    }

    /// <summary>Sets a boolean.</summary>
    public void Set(RuleSlot slot, bool? value) => SetValue(slot, RuleType.Boolean, value switch { true => 1, false => 0, null => double.NaN });

    /// <summary>Sets a time, to the millisecond.</summary>
    public void Set(RuleSlot slot, DateTimeOffset? value) => SetValue(slot, RuleType.Time, value?.ToUnixTimeMilliseconds() ?? double.NaN);

    /// <summary>Sets a text.</summary>
    public void Set(RuleSlot slot, string? value)
    {
        Check(slot, RuleType.Text);
        Texts[slot.Index] = value;
        _textUnavailable[slot.Index] = false;
    }

    /// <summary>Says that a value could not be read.</summary>
    public void SetUnavailable(RuleSlot slot)
    {
        if (slot.Type == RuleType.Text)
        {
            Texts[slot.Index] = null;
            _textUnavailable[slot.Index] = true;
            return;
        }
        Values[slot.Index] = double.NaN;
        _valueUnavailable[slot.Index] = true;
    }

    void SetValue(RuleSlot slot, RuleType type, double value)
    {
        Check(slot, type);
        Values[slot.Index] = value;
        _valueUnavailable[slot.Index] = false;
    }

    static void Check(RuleSlot slot, RuleType type)
    {
        if (slot.Type != type)
            throw new ArgumentException($"the name stands for a {slot.Type}, not for a {type}", nameof(slot));
    }
}
