using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Problems;
using Orchestrator.Decisioning.Lists;
using Orchestrator.Decisioning.Rules.Language;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Api.Rules;

/// <summary>Whether rule sets can be evaluated by this version of the service, with the lists there are.</summary>
public sealed class RuleSetChecks(RuleSchema schema, RuleSetStore ruleSets, ListStore lists)
{
    /// <summary>The names that rules may use.</summary>
    public RuleSchema Schema { get; } = schema;

    /// <summary>A rule set's content; the built-in one has a name too.</summary>
    public async Task<RuleSetContent?> FindAsync(string version, CancellationToken cancellationToken) =>
        version == BuiltInRuleSet.Name ? BuiltInRuleSet.Content : (await ruleSets.FindAsync(version, cancellationToken))?.Content;

    /// <summary>The compiled set, or the problem that says what is wrong with it and where.</summary>
    public async Task<(CompiledRuleSet? RuleSet, ProblemHttpResult? Problem)> CompileAsync(string version, RuleSetContent content, CancellationToken cancellationToken)
    {
        var known = (await lists.ListAsync(after: null, ListStore.MaxLists, cancellationToken)).Select(l => l.Name).ToHashSet(StringComparer.Ordinal);
        return CompiledRuleSet.TryCompile(version, content, Schema, known, out var compiled, out var errors)
            ? (compiled, null)
            : (null, ApiProblem.OfFields(
                ProblemKinds.RuleSetInvalid, [.. errors.Select(e => new ProblemField(e.Code, $"content.{e.Field}", e.Detail, e.Line, e.Column))]));
    }
}
