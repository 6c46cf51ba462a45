using Orchestrator.Api.Problems;
using Orchestrator.Api.Versions;
using Orchestrator.Decisioning.RuleSets;
using Orchestrator.Decisioning.Versions;

namespace Orchestrator.Api.Rules;

/// <summary>Changes a rule set's state, where it fits this version of the service.</summary>
public sealed class RuleSetChange(RuleSetStore ruleSets, RuleSetChecks checks)
{
    static readonly VersionProblems Problems = new(ProblemKinds.RuleSetNotFound, ProblemKinds.RuleSetState, ProblemKinds.RuleSetChanged);

    internal Task<IResult> RunAsync(
        string version, ChangeVersionRequest request, VersionChange change, VersionWish wish, CancellationToken cancellationToken) =>
        change.RunAsync(request, Problems, async (revision, actor) =>
        {
            if (version == BuiltInRuleSet.Name)
                return (null, ApiProblem.Of(ProblemKinds.RuleSetState, "The built-in rules are live whenever no other rule set is."));
            // What comes into force must fit this version of the service; on the way back that is what was live before.
            var next = wish == VersionWish.RollBack ? await ruleSets.FindReplacedByAsync(version, cancellationToken) : version;
            if (next is not null && await ruleSets.FindAsync(next, cancellationToken) is { } stored
                && (await checks.CompileAsync(next, stored.Content, cancellationToken)).Problem is { } problem)
            {
                return (null, problem);
            }
            return (await DoAsync(version, wish, revision, actor, cancellationToken), null);
        });

    Task<VersionOutcome> DoAsync(string version, VersionWish wish, int? revision, VersionActor actor, CancellationToken cancellationToken) => wish switch
    {
        VersionWish.Shadow => ruleSets.ToShadowAsync(version, revision, actor, cancellationToken),
        VersionWish.Activate => ruleSets.ActivateAsync(version, revision, actor, cancellationToken),
        _ => ruleSets.RollBackAsync(version, revision, actor, cancellationToken),
    };
}
