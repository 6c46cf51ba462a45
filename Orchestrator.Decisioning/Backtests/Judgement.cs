using System.Runtime.InteropServices;
using Orchestrator.Contracts.Decisions;

namespace Orchestrator.Decisioning.Backtests;

/// <summary>What a backtest decided about one transaction, and what is known of it.</summary>
/// <param name="TransactionId">The transaction.</param>
/// <param name="At">When it happened.</param>
/// <param name="Outcome">What is done.</param>
/// <param name="Score">0 to 1000.</param>
/// <param name="Truth">What is known of it.</param>
/// <param name="AmountMinor">Its amount, minor units.</param>
/// <param name="Currency">Its currency.</param>
[StructLayout(LayoutKind.Auto)]
readonly record struct Judgement(Guid TransactionId, DateTimeOffset At, FraudOutcome Outcome, int Score, Truth Truth, long AmountMinor, string Currency)
{
    /// <summary>Whether it is held or declined.</summary>
    public bool IsFlagged => Outcome != FraudOutcome.Approve;
}
