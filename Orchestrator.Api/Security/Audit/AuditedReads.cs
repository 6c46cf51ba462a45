namespace Orchestrator.Api.Security.Audit;

/// <summary>Reads that people leave a trace with.</summary>
public static class AuditedReads
{
    const int MostAccounts = 8;
    const int LongestText = 128;

    static readonly string[] People = ["visitor", "customer", "key"];

    /// <summary>Everything that a person reads there is recorded before it is answered; what services read is not. What changes something, in a group that is read too, pays nothing.</summary>
    public static TBuilder Audited<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder
    {
        endpoint.Add(static built =>
        {
            if (built.Metadata.OfType<IHttpMethodMetadata>().Any(m => m.HttpMethods.Contains(HttpMethods.Get, StringComparer.OrdinalIgnoreCase)))
                built.FilterFactories.Add(static (_, next) => context => RecordAsync(context, next));
        });
        return endpoint;
    }

    static async ValueTask<object?> RecordAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var result = await next(context);
        var http = context.HttpContext;
        if (Actor.Of(http) is not { IsProgram: false } actor)
            return result;
        var services = http.RequestServices;
        await services.GetRequiredService<AccessLog>().StoreAsync(Record(http, actor, result, services.GetRequiredService<TimeProvider>().GetUtcNow()), http.RequestAborted);
        return result;
    }

    static AccessRecord Record(HttpContext http, Actor actor, object? result, DateTimeOffset now)
    {
        while (result is INestedHttpResult nested)
            result = nested.Result;
        var accounts = AccountsIn.Request(http).Concat(result is IValueHttpResult { Value: { } value } ? AccountsIn.Answer(value) : []);
        return new AccessRecord(
            Guid.CreateVersion7(now),
            now,
            actor.Name,
            actor.Roles,
            $"{http.Request.Method} {(http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText}",
            Subject(http),
            [.. accounts.Distinct(StringComparer.Ordinal).Take(MostAccounts)],
            actor.Address,
            (result as IStatusCodeHttpResult)?.StatusCode ?? StatusCodes.Status200OK);
    }

    // The last part of the address that is not fixed says most exactly what was asked for; where there is none, the person that the query names.
    static string? Subject(HttpContext http)
    {
        var part = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.Parameters.LastOrDefault(p => p.Name != AccountsIn.Route)?.Name;
        var text = part is null ? People.Select(p => http.Request.Query[p].ToString()).FirstOrDefault(p => p.Length > 0) : $"{http.Request.RouteValues.GetValueOrDefault(part)}";
        return text is null || text.Any(char.IsControl) ? null : text[..Math.Min(text.Length, LongestText)];
    }
}
