using System.CommandLine;
using System.Net.Http.Headers;
using System.Text;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;

namespace Orchestrator.Cli.Schemas;

/// <summary>Which registry, and in whose name: another one, or that of the service.</summary>
sealed class RegistryPlace(ConnectionOptions connections)
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    readonly Option<string?> _address = new("--registry")
    {
        Description = "The registry; without an address that of the service [env: ORCHESTRATOR_REGISTRY]",
        HelpName = "url",
        Arity = ArgumentArity.ZeroOrOne,
    };

    readonly Option<string?> _user = new("--registry-user") { Description = "Who asks another registry [env: ORCHESTRATOR_REGISTRY_USER]", HelpName = "name:secret" };

    readonly Option<string?> _token = new("--registry-token") { Description = "A token for another registry [env: ORCHESTRATOR_REGISTRY_TOKEN]", HelpName = "token" };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_address);
        command.Add(_user);
        command.Add(_token);
    }

    /// <summary>Whether a registry is asked for.</summary>
    public bool IsAsked(ParseResult parsed) => parsed.GetResult(_address) is { Implicit: false };

    /// <summary>A client of it; the caller disposes it.</summary>
    /// <exception cref="CommandException"><c>bad_registry_address</c> or <c>bad_registry_user</c>.</exception>
    public RegistryClient Connect(ParseResult parsed)
    {
        var api = connections.Api(parsed);
        var given = Given(parsed.GetValue(_address), "ORCHESTRATOR_REGISTRY");
        var own = new Uri(api.Address, "registry/");
        var address = given is null ? own : Read(given);
        // What opens the service is sent to the service alone.
        if (address.Scheme == own.Scheme && address.Authority == own.Authority)
            return new RegistryClient((api with { Address = address }).CreateClient(Timeout));
        var http = new HttpClient { BaseAddress = address, Timeout = Timeout };
        if (Given(parsed.GetValue(_user), "ORCHESTRATOR_REGISTRY_USER") is { } user)
        {
            if (!user.Contains(':', StringComparison.Ordinal))
                throw new CommandException("bad_registry_user", "--registry-user is name:secret");
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(user)));
        }
        else if (Given(parsed.GetValue(_token), "ORCHESTRATOR_REGISTRY_TOKEN") is { } token)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new RegistryClient(http);
    }

    static Uri Read(string address) => Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        ? uri
        : throw new CommandException("bad_registry_address", $"'{address}' is not an http address");

    static string? Given(string? option, string variable) =>
        !string.IsNullOrWhiteSpace(option) ? option : Environment.GetEnvironmentVariable(variable) is { } value && !string.IsNullOrWhiteSpace(value) ? value : null;
}
