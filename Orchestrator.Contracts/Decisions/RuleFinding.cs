namespace Orchestrator.Contracts.Decisions;

/// <summary>What one rule came to: it matched, or it could not be evaluated and its default counted.</summary>
/// <param name="Rule">The rule's stable name.</param>
/// <param name="Contribution">What it added to the score; less than nothing where it speaks for the transaction.</param>
/// <param name="Sentence">What it saw, for people; missing where the reason of the same name says it, so that nothing is sent twice.</param>
/// <param name="Failed">Whether it could not be evaluated; missing when it could.</param>
public sealed record RuleFinding(string Rule, int Contribution, string? Sentence = null, bool? Failed = null);
