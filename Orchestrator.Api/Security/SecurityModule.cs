using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Security.Audit;

namespace Orchestrator.Api.Security;

/// <summary>Who asks, and whether they may: tokens are checked, and every endpoint says which roles it is for.</summary>
public static class SecurityModule
{
    /// <summary>Adds all of it, and refuses a host that nobody protects.</summary>
    /// <exception cref="HostRefusedException">There is an API and nobody whose tokens are believed.</exception>
    public static async Task AddSecurityAsync(this WebApplicationBuilder builder, HostRoles roles)
    {
        var options = builder.Configuration.GetSection(AuthenticationOptions.Section).Get<AuthenticationOptions>() ?? new AuthenticationOptions();
        var development = builder.Environment.IsDevelopment();
        RefuseUnprotected(options, development, roles);
        LoopbackGuard.Apply(builder, hasAuthority: options.Authority is not null);

        if (options.Authority is null && development)
        {
            var key = await DevelopmentKey.LoadAsync(builder.Configuration["Api:DataDirectory"] ?? new ApiOptions().DataDirectory);
            builder.Services.AddSingleton(services => new DevelopmentIssuer(key, services.GetRequiredService<IOptions<AuthenticationOptions>>().Value, TimeProvider.System));
        }
        AddAccess(builder);
    }

    /// <summary>Checks every request, before anything of it is read.</summary>
    public static WebApplication UseSecurity(this WebApplication app)
    {
        app.UseResponseHeaders();
        if (!app.Environment.IsDevelopment())
            app.UseHsts();
        app.UseCors();
        app.UseAuthentication();
        // Whoever has no token, or not the right one, is counted too.
        app.UseRateLimiter();
        app.UseAuthorization();
        app.UseMasking();
        app.MapDevelopmentIssuer();
        return app;
    }

    static void RefuseUnprotected(AuthenticationOptions options, bool development, HostRoles roles)
    {
        if (options.Authority is not { } authority)
        {
            if (!development && (roles.HasFlag(HostRoles.Http) || roles.HasFlag(HostRoles.Registry)))
            {
                throw new HostRefusedException(
                    "nobody says who may do what. Set Authentication:Authority and Authentication:Audience to an OpenID Connect issuer, or, to try things out on this machine " +
                    "alone, DOTNET_ENVIRONMENT=Development: then a built-in issuer gives tokens to everybody.");
            }
            return;
        }
        if (!authority.IsAbsoluteUri)
            throw new HostRefusedException("Authentication:Authority must be an absolute https address.");
        if (authority.Scheme != Uri.UriSchemeHttps && (options.RequireHttpsMetadata ?? !development))
            throw new HostRefusedException("Authentication:Authority must be an https address: whoever is on the way could put in keys of their own.");
        if (options.RequireHttpsMetadata is false && !development && !authority.IsLoopback)
            throw new HostRefusedException("Authentication:RequireHttpsMetadata=false is for an issuer on this machine: whoever is on the way could put in keys of their own.");
    }

    static void AddAccess(WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<AuthenticationOptions>().Bind(builder.Configuration.GetSection(AuthenticationOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        services.AddSingleton<IConfigureOptions<JwtBearerOptions>, TokenValidation>();
        services.AddSingleton<IAuthorizationHandler, AccessHandler>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AccessRefusals>();
        var access = new AuthorizationPolicyBuilder().AddRequirements(new Access()).Build();
        services.AddOptions<RateLimits>().Bind(builder.Configuration.GetSection(RateLimits.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddRateLimiter(_ => { }).AddSingleton<IConfigureOptions<RateLimiterOptions>, RateLimiting>();
        services.AddCors().AddSingleton<IConfigureOptions<CorsOptions>, CrossOrigin>();
        services.AddHsts(hsts => hsts.MaxAge = TimeSpan.FromDays(365));
        services.AddSingleton<CursorSeal>().AddAudit();
        services.AddAuthorizationBuilder().SetFallbackPolicy(access).SetDefaultPolicy(access);
    }
}
