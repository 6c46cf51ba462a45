namespace Orchestrator.Ledger.Lanes;

/// <summary>How a command was answered when it first came.</summary>
/// <param name="Fingerprint">What it asked for.</param>
/// <param name="Refusal">Why it was refused; null when it took effect.</param>
/// <param name="At">When it was decided.</param>
sealed record FirstReply(Guid Fingerprint, string? Refusal, DateTimeOffset At);

/// <summary>A refusal to be stored.</summary>
sealed record Refusal(Guid CommandId, Guid Fingerprint, string Reason, DateTimeOffset At);
