using Orchestrator.Decisioning.Lists;

namespace Orchestrator.Decisioning.Rules.Language;

/// <summary>
/// Evaluates compiled expressions. What is missing is "not a number", so arithmetic carries it on by itself; logic is Kleene's: false and
/// missing is false, true or missing is true. Numbers are finite or missing: a division by zero and what is too large are missing.
/// Nothing is allocated, but by lower and upper where they change a text. One machine serves one thread.
/// </summary>
/// <param name="valueStack">How many values the largest expression needs.</param>
/// <param name="textStack">How many texts.</param>
sealed class RuleMachine(int valueStack, int textStack)
{
    const double True = 1;
    const double False = 0;
    const double MillisecondsADay = 86_400_000;

    readonly double[] _values = new double[Math.Max(1, valueStack)];
    readonly string?[] _texts = new string?[Math.Max(1, textStack)];

    /// <summary>Whether something that could not be read was needed since it was last set to false.</summary>
    public bool Failed { get; set; }

    /// <summary>Evaluates what gives a text.</summary>
    public string? Text(Program program, RuleInput input, ReadOnlySpan<ListEntries?> lists, long nowMs)
    {
        Value(program, input, lists, nowMs);
        return _texts[0];
    }

    /// <summary>Evaluates what gives anything else: not a number when it is missing.</summary>
    public double Value(Program program, RuleInput input, ReadOnlySpan<ListEntries?> lists, long nowMs)
    {
        var code = program.Code;
        var values = _values;
        var texts = _texts;
        int v = -1, t = -1;
        for (var next = 0; next < code.Length;)
        {
            ref readonly var step = ref code[next++];
            switch (step.Operation)
            {
                case Operation.Value: values[++v] = step.Value; break;
                case Operation.LoadValue:
                    var loaded = input.Values[step.Index];
                    if (double.IsNaN(loaded) && input.ValueUnavailable(step.Index))
                        Failed = true;
                    values[++v] = loaded;
                    break;
                case Operation.Text: texts[++t] = program.Texts[step.Index]; break;
                case Operation.LoadText:
                    var text = input.Texts[step.Index];
                    if (text is null && input.TextUnavailable(step.Index))
                        Failed = true;
                    texts[++t] = text;
                    break;

                case Operation.Negate: values[v] = -values[v]; break;
                case Operation.Not: values[v] = 1 - values[v]; break;
                case Operation.Missing: values[v] = Of(double.IsNaN(values[v])); break;
                case Operation.Present: values[v] = Of(!double.IsNaN(values[v])); break;
                case Operation.TextMissing: values[++v] = Of(texts[t--] is null); break;
                case Operation.TextPresent: values[++v] = Of(texts[t--] is not null); break;

                case Operation.Add: v--; values[v] = Finite(values[v] + values[v + 1]); break;
                case Operation.Subtract: v--; values[v] = Finite(values[v] - values[v + 1]); break;
                case Operation.Multiply: v--; values[v] = Finite(values[v] * values[v + 1]); break;
                case Operation.Divide: v--; values[v] = Finite(values[v] / values[v + 1]); break;
                case Operation.Remainder: v--; values[v] = Finite(values[v] % values[v + 1]); break;
                case Operation.AddTo: values[v] = Finite(values[v] + step.Value); break;
                case Operation.MultiplyBy: values[v] = Finite(values[v] * step.Value); break;

                case Operation.Equal: v--; values[v] = Of(values[v] == values[v + 1], values[v], values[v + 1]); break;
                case Operation.NotEqual: v--; values[v] = Of(values[v] != values[v + 1], values[v], values[v + 1]); break;
                case Operation.Less: v--; values[v] = Of(values[v] < values[v + 1], values[v], values[v + 1]); break;
                case Operation.LessOrEqual: v--; values[v] = Of(values[v] <= values[v + 1], values[v], values[v + 1]); break;
                case Operation.Greater: v--; values[v] = Of(values[v] > values[v + 1], values[v], values[v + 1]); break;
                case Operation.GreaterOrEqual: v--; values[v] = Of(values[v] >= values[v + 1], values[v], values[v + 1]); break;
                case Operation.EqualTo: values[v] = Of(values[v] == step.Value, values[v]); break;
                case Operation.NotEqualTo: values[v] = Of(values[v] != step.Value, values[v]); break;
                case Operation.LessThan: values[v] = Of(values[v] < step.Value, values[v]); break;
                case Operation.LessOrEqualTo: values[v] = Of(values[v] <= step.Value, values[v]); break;
                case Operation.GreaterThan: values[v] = Of(values[v] > step.Value, values[v]); break;
                case Operation.GreaterOrEqualTo: values[v] = Of(values[v] >= step.Value, values[v]); break;
                case Operation.EqualText: t -= 2; values[++v] = Same(texts[t + 1], texts[t + 2]); break;
                case Operation.NotEqualText: t -= 2; values[++v] = 1 - Same(texts[t + 1], texts[t + 2]); break;

                // The left one is true or missing, or the jump would have been taken.
                case Operation.And: v--; values[v] = values[v + 1] == False ? False : values[v] * values[v + 1]; break;
                case Operation.Or: v--; values[v] = values[v + 1] == True ? True : values[v] + values[v + 1]; break;
                case Operation.JumpIfFalse: if (values[v] == False) next = step.Index; break;
                case Operation.JumpIfTrue: if (values[v] == True) next = step.Index; break;
                case Operation.JumpIfPresent: if (double.IsNaN(values[v])) v--; else next = step.Index; break;
                case Operation.JumpIfTextPresent: if (texts[t] is null) t--; else next = step.Index; break;
                case Operation.JumpUnlessTrue: if (values[v--] != True) next = step.Index; break;
                case Operation.Jump: next = step.Index; break;

                case Operation.InNumbers:
                    values[v] = double.IsNaN(values[v]) ? double.NaN : Of(Array.BinarySearch(program.NumberSets[step.Index], values[v]) >= 0);
                    break;
                case Operation.InTexts:
                    values[++v] = texts[t--] is { } looked ? Of(program.TextSets[step.Index].Contains(looked)) : double.NaN;
                    break;
                case Operation.InList: values[++v] = In(lists[step.Index], texts[t--], nowMs); break;

                case Operation.Abs: values[v] = Math.Abs(values[v]); break;
                case Operation.Floor: values[v] = Math.Floor(values[v]); break;
                case Operation.Ceil: values[v] = Math.Ceiling(values[v]); break;
                case Operation.Round: values[v] = Math.Round(values[v], MidpointRounding.AwayFromZero); break;
                case Operation.Sqrt: values[v] = Finite(Math.Sqrt(values[v])); break;
                case Operation.Ln: values[v] = Finite(Math.Log(values[v])); break;
                case Operation.Min: v--; values[v] = Math.Min(values[v], values[v + 1]); break;
                case Operation.Max: v--; values[v] = Math.Max(values[v], values[v + 1]); break;
                case Operation.Clamp: v -= 2; values[v] = Clamp(values[v], values[v + 1], values[v + 2]); break;
                case Operation.Ramp: v -= 4; values[v] = Ramp(values.AsSpan(v, 5)); break;

                case Operation.Length: values[++v] = texts[t--] is { } measured ? measured.Length : double.NaN; break;
                case Operation.Lower: texts[t] = texts[t]?.ToLowerInvariant(); break;
                case Operation.Upper: texts[t] = texts[t]?.ToUpperInvariant(); break;
                case Operation.StartsWith:
                    t -= 2;
                    values[++v] = texts[t + 1] is { } s && texts[t + 2] is { } start ? Of(s.StartsWith(start, StringComparison.Ordinal)) : double.NaN;
                    break;
                case Operation.EndsWith:
                    t -= 2;
                    values[++v] = texts[t + 1] is { } e && texts[t + 2] is { } end ? Of(e.EndsWith(end, StringComparison.Ordinal)) : double.NaN;
                    break;
                case Operation.Contains:
                    t -= 2;
                    values[++v] = texts[t + 1] is { } c && texts[t + 2] is { } part ? Of(c.Contains(part, StringComparison.Ordinal)) : double.NaN;
                    break;

                case Operation.Hour: values[v] = Modulo(Math.Floor(values[v] / 3_600_000), 24); break;
                case Operation.Minute: values[v] = Modulo(Math.Floor(values[v] / 60_000), 60); break;
                // The first of January 1970 was a Thursday; Monday is 1 and Sunday 7.
                case Operation.Weekday: values[v] = Modulo(Math.Floor(values[v] / MillisecondsADay) + 3, 7) + 1; break;
                case Operation.DayOfMonth: values[v] = DayOfMonth(values[v]); break;
                case Operation.MinutesBetween: v--; values[v] = (values[v + 1] - values[v]) / 60_000; break;
                case Operation.HoursBetween: v--; values[v] = (values[v + 1] - values[v]) / 3_600_000; break;
                case Operation.DaysBetween: v--; values[v] = (values[v + 1] - values[v]) / MillisecondsADay; break;
            }
        }
        return v < 0 ? double.NaN : values[0];
    }

    double In(ListEntries? list, string? value, long nowMs)
    {
        // A list that is not loaded could hold anything.
        if (list is null)
        {
            Failed = true;
            return double.NaN;
        }
        return value is null ? double.NaN : Of(list.Contains(value, nowMs));
    }

    static double Of(bool value) => value ? True : False;

    static double Of(bool value, double operand) => double.IsNaN(operand) ? double.NaN : Of(value);

    static double Of(bool value, double left, double right) => double.IsNaN(left) || double.IsNaN(right) ? double.NaN : Of(value);

    static double Same(string? left, string? right) => left is null || right is null ? double.NaN : Of(string.Equals(left, right, StringComparison.Ordinal));

    static double Finite(double value) => double.IsFinite(value) ? value : double.NaN;

    static double Modulo(double value, double by) => value - (Math.Floor(value / by) * by);

    static double Clamp(double value, double low, double high) => low > high ? double.NaN : Math.Min(Math.Max(value, low), high);

    // From low to high while the value goes from one bound to the other.
    static double Ramp(ReadOnlySpan<double> of) =>
        Finite(of[3] + ((of[4] - of[3]) * Math.Min(Math.Max(Finite((of[0] - of[1]) / (of[2] - of[1])), 0), 1)));

    static double DayOfMonth(double milliseconds) =>
        double.IsNaN(milliseconds) ? milliseconds : DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds).Day;
}
