using Orchestrator.Api.Security;
using Orchestrator.Messaging.Schemas.Compatibility;
using Orchestrator.Messaging.Schemas.Registry;

namespace Orchestrator.Api.Registry;

/// <summary>What is asked of the next version, of each subject or of all; and the mode, which is always the same.</summary>
static class ConfigEndpoints
{
    static readonly ModeView Mode = new("READWRITE");

    /// <summary>Maps /config and /mode.</summary>
    public static RouteGroupBuilder MapConfig(this RouteGroupBuilder group)
    {
        group.MapGet("/config", async (RegistryConfig config, CancellationToken cancellationToken) => Read(await config.GlobalAsync(cancellationToken)));
        group.MapPut("/config", async (HttpContext context, RegistryConfig config, CancellationToken cancellationToken) =>
            Written(await config.PutAsync(subject: null, await RegistryBody.CompatibilityAsync(context), cancellationToken))).Allow(Roles.Operator);
        group.MapDelete("/config", async (RegistryConfig config, CancellationToken cancellationToken) => Read(await config.DeleteAsync(subject: null, cancellationToken))).Allow(Roles.Operator);
        group.MapGet("/config/{subject}", async (SubjectName named, bool? defaultToGlobal, RegistryConfig config, CancellationToken cancellationToken) =>
            Read(await config.OfAsync(named.Value, defaultToGlobal is true, cancellationToken)));
        group.MapPut("/config/{subject}", async (SubjectName named, HttpContext context, RegistryConfig config, CancellationToken cancellationToken) =>
            Written(await config.PutAsync(Known(named), await RegistryBody.CompatibilityAsync(context), cancellationToken))).Allow(Roles.Operator);
        group.MapDelete("/config/{subject}", async (SubjectName named, RegistryConfig config, CancellationToken cancellationToken) =>
            Read(await config.DeleteAsync(named.Value, cancellationToken))).Allow(Roles.Operator);
        group.MapGet("/mode", () => RegistryAnswer.Of(Mode));
        group.MapGet("/mode/{subject}", (SubjectName named, bool? defaultToGlobal) => defaultToGlobal is true
            ? RegistryAnswer.Of(Mode)
            : throw Refusals.ModeNotConfigured(named.Value));
        return group;
    }

    static string Known(SubjectName named) =>
        SubjectNames.IsValid(named.Value) ? named.Value : throw Refusals.InvalidSubject(named.Value);

    static IResult Read(CompatibilityMode mode) => RegistryAnswer.Of(new ConfigView(mode.Name()));

    static IResult Written(CompatibilityMode mode) => RegistryAnswer.Of(new ConfigView(mode.Name(), mode.Name()));
}
