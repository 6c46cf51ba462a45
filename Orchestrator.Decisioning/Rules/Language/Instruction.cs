using System.Collections.Frozen;
using System.Runtime.InteropServices;

namespace Orchestrator.Decisioning.Rules.Language;

/// <summary>What one instruction does. Values (numbers, booleans, times) and texts have a stack each.</summary>
enum Operation : byte
{
    Value, LoadValue, Text, LoadText,
    Negate, Not, Missing, Present, TextMissing, TextPresent,
    Add, Subtract, Multiply, Divide, Remainder,
    Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual, EqualText, NotEqualText,
    EqualTo, NotEqualTo, LessThan, LessOrEqualTo, GreaterThan, GreaterOrEqualTo, AddTo, MultiplyBy,
    And, Or, JumpIfFalse, JumpIfTrue, JumpIfPresent, JumpIfTextPresent, JumpUnlessTrue, Jump,
    InNumbers, InTexts, InList,
    Abs, Floor, Ceil, Round, Sqrt, Ln, Min, Max, Clamp, Ramp,
    Length, Lower, Upper, StartsWith, EndsWith, Contains,
    Hour, Minute, Weekday, DayOfMonth, MinutesBetween, HoursBetween, DaysBetween,
}

/// <summary>One step of a compiled expression.</summary>
/// <param name="Operation">What is done.</param>
/// <param name="Index">A place: of a field, a constant, a set, a list, or the instruction that is next after a jump.</param>
/// <param name="Value">A value that is written out.</param>
[StructLayout(LayoutKind.Auto)]
readonly record struct Instruction(Operation Operation, int Index = 0, double Value = 0);

/// <summary>A compiled expression: a list of instructions that only ever goes forward.</summary>
/// <param name="Code">The instructions.</param>
/// <param name="Texts">Texts that are written out.</param>
/// <param name="NumberSets">Sets of numbers, each in order.</param>
/// <param name="TextSets">Sets of texts.</param>
/// <param name="ValueStack">How many values it needs room for.</param>
/// <param name="TextStack">How many texts it needs room for.</param>
sealed record Program(Instruction[] Code, string[] Texts, double[][] NumberSets, FrozenSet<string>[] TextSets, int ValueStack, int TextStack);
