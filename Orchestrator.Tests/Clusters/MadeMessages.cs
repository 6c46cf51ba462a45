using System.Reflection;
using System.Reflection.Emit;

namespace Orchestrator.Tests.Clusters;

/// <summary>Finds which records an assembly makes, by reading its code: what is never made cannot be published.</summary>
static class MadeMessages
{
    const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => (OpCode)f.GetValue(null)!).ToDictionary(c => c.Value);

    /// <summary>Those of <paramref name="records"/> that some method of the assembly makes.</summary>
    public static HashSet<Type> In(Assembly assembly, IReadOnlySet<Type> records)
    {
        var made = new HashSet<Type>();
        foreach (var type in assembly.GetTypes())
        {
            foreach (var method in type.GetMethods(Everything).Cast<MethodBase>().Concat(type.GetConstructors(Everything)))
                Read(method, records, made);
        }
        return made;
    }

    static void Read(MethodBase method, IReadOnlySet<Type> records, HashSet<Type> made)
    {
        if (method.GetMethodBody()?.GetILAsByteArray() is not { } code)
            return;
        for (var at = 0; at < code.Length;)
        {
            short value = code[at++];
            if (value == 0xFE)
                value = unchecked((short)(0xFE00 | code[at++]));
            var operation = Codes[value];
            if (operation == OpCodes.Newobj && Made(method, BitConverter.ToInt32(code, at)) is { } type && records.Contains(type))
                made.Add(type);
            at += Operand(operation, code, at);
        }
    }

    static Type? Made(MethodBase method, int token)
    {
        try
        {
            return method.Module.ResolveMethod(
                token, method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null, method.IsGenericMethod ? method.GetGenericArguments() : null)?.DeclaringType;
        }
        catch (ArgumentException)
        {
            // A constructor of what is generic in a way that only a caller knows: none of the records is.
            return null;
        }
    }

    static int Operand(OpCode operation, byte[] code, int at) => operation.OperandType switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
        _ => 4,
    };
}
