using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Orchestrator.Decisioning.Features;

/// <summary>
/// Asks the processor for memory that is soon looked at, and does not wait for it: what one key's look waits for has then come together with the rest, instead of one
/// after the other. It changes no result; where the processor has no such question nothing is asked. It reads addresses alone: what is asked for is not touched, and
/// may have been moved meanwhile.
/// </summary>
static unsafe class Ahead
{
    const int Line = 64;

    // What stands before the first element of an array: its type and its length.
    const int ArrayHead = 16;

    /// <summary>Asks for the first bytes of an object.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Object(object? needed, int bytes)
    {
        if (!Sse.IsSupported || needed is null)
            return;
        var at = (byte*)Unsafe.As<object, nint>(ref needed);
        for (var offset = 0; offset < bytes; offset += Line)
            Sse.Prefetch0(at + offset);
    }

    /// <summary>Asks for an element of an array.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Element<T>(T[] needed, int index)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0((byte*)Unsafe.As<T[], nint>(ref needed) + ArrayHead + ((nint)index * Unsafe.SizeOf<T>()));
    }

    /// <summary>Asks for the beginning of an array, its length included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Elements<T>(T[] needed, int count) => Object(needed, ArrayHead + (count * Unsafe.SizeOf<T>()));
}
