using System.Text;
using Orchestrator.Api.Security;

namespace Orchestrator.Api.Problems;

/// <summary>Errors as problems, and the page that explains them.</summary>
public static class ProblemsModule
{
    static readonly string Page = ReadPage();

    /// <summary>Adds problem answers for exceptions and bare statuses.</summary>
    public static IServiceCollection AddProblems(this IServiceCollection services) =>
        services.AddProblemDetails(options => options.CustomizeProblemDetails = ApiProblem.Complete).AddExceptionHandler<ProblemExceptionHandler>();

    /// <summary>Puts them into the pipeline.</summary>
    public static WebApplication UseProblems(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        return app;
    }

    /// <summary>Serves what each problem's <c>type</c> points at.</summary>
    public static IEndpointRouteBuilder MapProblems(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/problems").ExcludeFromDescription().AllowToRead();
        group.MapGet("/", () => TypedResults.Text(Page, "text/markdown", Encoding.UTF8));
        group.MapGet("/{code}", (string code) => Section(code) is { } section
            ? Results.Text(section, "text/markdown", Encoding.UTF8)
            : ApiProblem.Of(ProblemKinds.NotFound));
        return routes;
    }

    // A section runs from its heading to the next.
    static string? Section(string code)
    {
        var start = Page.IndexOf($"## {code}\n", StringComparison.Ordinal);
        if (start < 0)
            return null;
        var end = Page.IndexOf("\n## ", start, StringComparison.Ordinal);
        return end < 0 ? Page[start..] : Page[start..(end + 1)];
    }

    static string ReadPage()
    {
        using var stream = typeof(ProblemsModule).Assembly.GetManifestResourceStream("docs/problems.md")
            ?? throw new InvalidOperationException("docs/problems.md is not embedded");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
