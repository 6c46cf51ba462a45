namespace Orchestrator.Decisioning.Rules.Language;

/// <summary>A compiled expression: one delegate that calls those of its parts.</summary>
/// <param name="Value">Gives a number, a boolean as 0 or 1, a time as milliseconds; not a number when it is missing. Of a text null.</param>
/// <param name="Text">Gives a text; null where the expression gives none.</param>
/// <param name="Texts">Texts that are written out.</param>
/// <param name="Reads">The fields other than texts that it looks at.</param>
/// <param name="Steps">How many steps one evaluation takes at most.</param>
sealed record Program(Func<RuleMachine, double>? Value, Func<RuleMachine, string?>? Text, IReadOnlyList<string> Texts, IReadOnlySet<int> Reads, int Steps);
