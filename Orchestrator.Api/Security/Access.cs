using Microsoft.AspNetCore.Authorization;
using Orchestrator.Api.OpenApi;

namespace Orchestrator.Api.Security;

/// <summary>Whoever asks may call the endpoint, as it says of itself (<see cref="EndpointRoles"/>). The policy of everything that is not open to all.</summary>
sealed class Access : IAuthorizationRequirement;

/// <summary>Decides that; what says nothing is open to nobody.</summary>
sealed class AccessHandler(IHostEnvironment environment) : AuthorizationHandler<Access>
{
    /// <inheritdoc />
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, Access requirement)
    {
        if (context.Resource is HttpContext request && MayCall(request))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }

    bool MayCall(HttpContext request)
    {
        var known = request.User.Identity is { IsAuthenticated: true };
        return request.GetEndpoint() switch
        {
            // What is mapped.
            RouteEndpoint endpoint => Allows(endpoint, request, known),
            // The page of the API's description is no endpoint. What else is none is not there.
            null => !request.Request.Path.StartsWithSegments(OpenApiModule.PagePath) || environment.IsDevelopment() || known,
            // What routing says of addresses that are mapped for other methods and media types.
            _ => known,
        };
    }

    bool Allows(RouteEndpoint endpoint, HttpContext request, bool known)
    {
        if (endpoint.Metadata.GetMetadata<AllowedRoles>() is { } allowed)
            return known && allowed.Roles.Any(request.User.IsInRole);
        return endpoint.Metadata.GetMetadata<AllowedToRead>() is not null && (known || environment.IsDevelopment());
    }
}
