using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Orchestrator.Ledger.Formats;
using Orchestrator.Messaging.Parking;

namespace Orchestrator.Api.Security;

/// <summary>
/// Hides the numbers of accounts from those who have no need of them: analysts and operators work with what happens, not with whom it happens to. Whoever has a role that
/// sees them sees them whole.
/// </summary>
static class Masking
{
    const string Account = "account";
    const string AccountId = "accountId";
    const string AccountIdSuffix = "AccountId";
    static readonly string[] Sentences = ["sentence", "expression", "value", "detail"];
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    const string NotJson = "(hidden: it is no JSON)";

    // Flows with the request to wherever its answer is written.
    static readonly AsyncLocal<Scope?> Hides = new();

    /// <summary>Who sees them whole.</summary>
    public static IReadOnlyList<string> Seeing { get; } = [Roles.Service, Roles.CaseWorker, Roles.Supervisor, Roles.Auditor];

    /// <summary>Whether the request that is being answered is of somebody who does not see them.</summary>
    public static bool IsOn => Hides.Value is not null;

    /// <summary>Finds out who asks.</summary>
    public static IApplicationBuilder UseMasking(this IApplicationBuilder app) => app.Use(static async (context, next) =>
    {
        Hides.Value = context.User.Identity is { IsAuthenticated: true } && !Seeing.Any(context.User.IsInRole) ? new Scope() : null;
        await next(context);
    });

    /// <summary>An account as whoever asks may see it. The ledger's own accounts are nobody's.</summary>
    public static string? Of(string? account) => !IsOn || string.IsNullOrEmpty(account) || account.Contains(':', StringComparison.Ordinal) ? account : AccountMask.Of(account);

    /// <summary>Says which accounts an answer is about, so that its sentences do not tell them either.</summary>
    public static void Know(params ReadOnlySpan<string?> accounts)
    {
        foreach (var account in accounts)
        {
            if (Hides.Value is { } scope && !string.IsNullOrEmpty(account) && !scope.Known.Contains(account))
                scope.Known.Add(account);
        }
    }

    /// <summary>Whether a field of this name holds an account.</summary>
    public static bool IsAccount(string name) => name is AccountId or Account || name.EndsWith(AccountIdSuffix, StringComparison.Ordinal);

    /// <summary>Lets the fields of an answer that hold accounts be written as whoever asks may see them.</summary>
    public static void Modify(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property.PropertyType != typeof(string) || property.Get is not { } get)
                continue;
            if (IsAccount(property.Name) || IsKey(type, property))
                property.Get = value => Of((string?)get(value));
            else if (Sentences.Contains(property.Name))
                property.Get = value => Text((string?)get(value));
        }
    }

    /// <summary>A message that is not ours to understand, as whoever asks may see it: the accounts in its JSON are hidden, and all of it where it is no JSON.</summary>
    /// <param name="body">The message.</param>
    /// <param name="key">Its key, which is an account in most topics, and is hidden wherever it stands.</param>
    public static string Body(string body, string key)
    {
        if (!IsOn)
            return body;
        try
        {
            return Hide(JsonNode.Parse(body), name: null, key)?.ToJsonString() ?? body;
        }
        catch (System.Text.Json.JsonException)
        {
            return NotJson;
        }
    }

    /// <summary>A header of a message as whoever asks may see it.</summary>
    public static string Header(string value, string key) => IsOn && key.Length > 0 ? value.Replace(key, Of(key), StringComparison.Ordinal) : value;

    static string? Text(string? text)
    {
        if (Hides.Value is not { Known.Count: > 0 } scope || string.IsNullOrEmpty(text))
            return text;
        foreach (var account in scope.Known)
            text = Regex.Replace(text, $"(?<![A-Za-z0-9]){Regex.Escape(account)}(?![A-Za-z0-9])", Of(account)!.Replace("$", "$$", StringComparison.Ordinal), RegexOptions.None, Longest);
        return text;
    }

    // Most topics are keyed by an account.
    static bool IsKey(JsonTypeInfo type, JsonPropertyInfo property) => type.Type == typeof(ParkedView) && property.Name is "key";

    static JsonNode? Hide(JsonNode? node, string? name, string key)
    {
        switch (node)
        {
            case JsonObject fields:
                return new JsonObject(fields.Select(f => KeyValuePair.Create(f.Key, Hide(f.Value, f.Key, key))));
            case JsonArray items:
                return new JsonArray([.. items.Select(i => Hide(i, name, key))]);
            case JsonValue value when value.TryGetValue<string>(out var text):
                return name is not null && IsAccount(name) ? Of(text) : Header(text, key);
            default:
                return node?.DeepClone();
        }
    }

    sealed class Scope
    {
        public List<string> Known { get; } = [];
    }
}
