using Orchestrator.Api.Problems;

namespace Orchestrator.Api.Registry;

/// <summary>Writes what goes wrong below the registry's address as its clients expect it: who may not, what is not there, that the database is away.</summary>
sealed class RegistryProblems : IProblemDetailsWriter
{
    // What has more than one meaning in HTTP has a code for each.
    static readonly Dictionary<int, int> Codes = new() { [401] = 40101, [403] = 40301, [503] = 50001 };

    /// <inheritdoc />
    public bool CanWrite(ProblemDetailsContext context) => context.HttpContext.Request.Path.StartsWithSegments(RegistryModule.Address);

    /// <inheritdoc />
    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        var status = problem.Status ?? context.HttpContext.Response.StatusCode;
        var title = problem.Title ?? ProblemKinds.OfStatus(status).Title;
        await RegistryAnswer.WriteAsync(
            context.HttpContext, new RefusalView(Codes.GetValueOrDefault(status, status), problem.Detail is null ? title : $"{title}: {problem.Detail}"), status);
    }
}
