using System.Runtime.InteropServices;

namespace Orchestrator.Decisioning.Features;

/// <summary>How an event stood to those before it, as its account saw it.</summary>
/// <param name="IsDuplicate">It had come before, and was not counted again.</param>
/// <param name="IsLate">It came after newer ones, and was counted at its place.</param>
/// <param name="IsTooLate">It came too late to be counted; its windows are as whole as memory is.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Observation(bool IsDuplicate, bool IsLate, bool IsTooLate);
