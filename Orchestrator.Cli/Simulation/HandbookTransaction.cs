using System.Runtime.InteropServices;

namespace Orchestrator.Cli.Simulation;

/// <summary>One simulated transaction.</summary>
/// <param name="Second">Seconds since day 0.</param>
/// <param name="Customer">From 0.</param>
/// <param name="Terminal">From 0.</param>
/// <param name="AmountMinor">Cents. The Handbook's simulator can give 0.</param>
/// <param name="Scenario">0 for genuine; 1 high amount, 2 compromised terminal, 3 compromised customer.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct HandbookTransaction(long Second, int Customer, int Terminal, long AmountMinor, byte Scenario)
{
    /// <summary>Whether it is a fraud: the label, which no message carries.</summary>
    public bool IsFraud => Scenario != 0;

    /// <summary>The day, from 0.</summary>
    public int Day => (int)(Second / HandbookParameters.DaySeconds);
}
