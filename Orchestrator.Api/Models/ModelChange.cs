using Orchestrator.Api.Problems;
using Orchestrator.Api.Versions;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Versions;

namespace Orchestrator.Api.Models;

/// <summary>Changes a model's state, where it fits this version of the service.</summary>
public sealed class ModelChange(ModelStore models, FeaturePlan plan)
{
    static readonly VersionProblems Problems = new(ProblemKinds.ModelNotFound, ProblemKinds.ModelState, ProblemKinds.ModelChanged);

    internal Task<IResult> RunAsync(string version, ChangeVersionRequest request, VersionChange change, VersionWish wish, CancellationToken cancellationToken) =>
        change.RunAsync(request, Problems, async (revision, actor) =>
        {
            await CheckAsync(version, wish, cancellationToken);
            return (await DoAsync(version, wish, revision, actor, cancellationToken), null);
        });

    // What comes into force must fit this version of the service; on the way back that is what was live before. What goes out of it need not.
    async Task CheckAsync(string version, VersionWish wish, CancellationToken cancellationToken)
    {
        var next = wish switch
        {
            VersionWish.Retire => null,
            VersionWish.RollBack => await models.FindReplacedByAsync(version, cancellationToken),
            _ => version,
        };
        if (next is not null && await models.ContentAsync(next, cancellationToken) is { } content)
            ModelUploads.Check(content, plan);
    }

    Task<VersionOutcome> DoAsync(string version, VersionWish wish, int? revision, VersionActor actor, CancellationToken cancellationToken) => wish switch
    {
        VersionWish.Shadow => models.ToShadowAsync(version, revision, actor, cancellationToken),
        VersionWish.Activate => models.ActivateAsync(version, revision, actor, cancellationToken),
        VersionWish.RollBack => models.RollBackAsync(version, revision, actor, cancellationToken),
        _ => models.EndTrialAsync(version, revision, actor, cancellationToken),
    };
}
