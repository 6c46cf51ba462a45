using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace Orchestrator.Api.Registry;

/// <summary>
/// A token that comes as a password. Clients of registries send <c>Authorization: Basic</c> everywhere and <c>Bearer</c> not everywhere, so the registry takes the
/// token as the password of whatever name; it is checked like any other.
/// </summary>
sealed class PasswordToken
{
    /// <summary>The one there is.</summary>
    public static PasswordToken Instance { get; } = new();

    /// <summary>Takes the token from the password, where the endpoint says so.</summary>
    public static Task ReadAsync(MessageReceivedContext context)
    {
        if (context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<PasswordToken>() is not null
            && AuthenticationHeaderValue.TryParse(context.Request.Headers.Authorization, out var sent)
            && string.Equals(sent.Scheme, "Basic", StringComparison.OrdinalIgnoreCase))
        {
            context.Token = Password(sent.Parameter);
        }
        return Task.CompletedTask;
    }

    static string? Password(string? credentials)
    {
        var bytes = new byte[credentials?.Length ?? 0];
        if (!Convert.TryFromBase64String(credentials ?? "", bytes, out var count))
            return null;
        var text = Encoding.UTF8.GetString(bytes, 0, count);
        return text.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0 ? text[(colon + 1)..] : null;
    }
}
