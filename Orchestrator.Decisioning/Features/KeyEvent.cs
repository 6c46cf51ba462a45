using System.Runtime.InteropServices;

namespace Orchestrator.Decisioning.Features;

/// <summary>One event as a key remembers it.</summary>
[StructLayout(LayoutKind.Auto)]
struct KeyEvent
{
    public long AtMs;
    public long Amount;
    public uint Tag;
    public EventMarks Marks;
}
