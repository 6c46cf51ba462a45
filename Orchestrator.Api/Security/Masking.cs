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

    /// <summary>A JSON message that is not ours to understand, as whoever asks may see it: the accounts in it are hidden, in its fields and wherever else they stand.</summary>
    /// <param name="body">The message.</param>
    /// <param name="key">Its key, which is an account in most topics, and is hidden wherever it stands.</param>
    public static string Body(string body, string key) =>
        IsOn && Parse(body) is { } node ? Hide(node, name: null, AccountsIn(body, key))?.ToJsonString() ?? body : body;

    /// <summary>Whether a message is JSON.</summary>
    public static bool IsJson(string body) => Parse(body) is not null;

    /// <summary>The accounts that a message names, its key first.</summary>
    public static IReadOnlyList<string> AccountsIn(string? body, string key)
    {
        var accounts = new List<string>();
        if (key.Length > 0)
            accounts.Add(key);
        if (body is not null && Parse(body) is { } node)
            Collect(node, name: null, accounts);
        return accounts;
    }

    /// <summary>A text without any of the accounts, as whoever asks may see it.</summary>
    public static string? Without(string? text, IReadOnlyList<string> accounts)
    {
        if (!IsOn || string.IsNullOrEmpty(text))
            return text;
        // The longest first: one may begin as another does.
        foreach (var account in accounts.OrderByDescending(a => a.Length))
            text = Regex.Replace(text, $"(?<![A-Za-z0-9]){Regex.Escape(account)}(?![A-Za-z0-9])", Of(account)!.Replace("$", "$$", StringComparison.Ordinal), RegexOptions.None, Longest);
        return text;
    }

    /// <summary>What somebody has made of a message that they saw with its accounts hidden: those that they have left as they were shown are what they were.</summary>
    /// <param name="edited">What they have made of it, JSON.</param>
    /// <param name="original">The message as it is.</param>
    /// <param name="key">Its key.</param>
    public static string Restore(string edited, string original, string key)
    {
        if (!IsOn || Parse(original) is not { } from || Parse(edited) is not { } to)
            return edited;
        return Restore(to, from, name: null, AccountsIn(original, key))?.ToJsonString() ?? edited;
    }

    static string? Text(string? text)
    {
        if (Hides.Value is not { Known.Count: > 0 } scope || string.IsNullOrEmpty(text))
            return text;
        return Without(text, scope.Known);
    }

    // Most topics are keyed by an account.
    static bool IsKey(JsonTypeInfo type, JsonPropertyInfo property) =>
        property.Name is "key" && string.Equals(type.Type.Namespace, typeof(ParkedView).Namespace, StringComparison.Ordinal);

    static JsonNode? Parse(string body)
    {
        try
        {
            return JsonNode.Parse(body, documentOptions: new() { AllowDuplicateProperties = false });
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    static void Collect(JsonNode? node, string? name, List<string> accounts)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var (field, value) in fields)
                    Collect(value, field, accounts);
                break;
            case JsonArray items:
                foreach (var item in items)
                    Collect(item, name, accounts);
                break;
            case JsonValue value when name is not null && IsAccount(name) && value.TryGetValue<string>(out var account) && account.Length > 0 && !accounts.Contains(account):
                accounts.Add(account);
                break;
        }
    }

    static JsonNode? Hide(JsonNode? node, string? name, IReadOnlyList<string> accounts) => node switch
    {
        JsonObject fields => new JsonObject(fields.Select(f => KeyValuePair.Create(f.Key, Hide(f.Value, f.Key, accounts)))),
        JsonArray items => new JsonArray([.. items.Select(i => Hide(i, name, accounts))]),
        JsonValue value when value.TryGetValue<string>(out var text) => Hidden(text, name, accounts),
        _ => node?.DeepClone(),
    };

    static string? Hidden(string text, string? name, IReadOnlyList<string> accounts) => name is not null && IsAccount(name) ? Of(text) : Without(text, accounts);

    static JsonNode? Restore(JsonNode? edited, JsonNode? original, string? name, IReadOnlyList<string> accounts) => (edited, original) switch
    {
        (JsonObject to, JsonObject from) => new JsonObject(to.Select(f => KeyValuePair.Create(f.Key, Restore(f.Value, from[f.Key], f.Key, accounts)))),
        (JsonArray to, JsonArray from) => new JsonArray([.. to.Select((item, at) => Restore(item, at < from.Count ? from[at] : null, name, accounts))]),
        (JsonValue to, JsonValue from) when to.TryGetValue<string>(out var text) && from.TryGetValue<string>(out var was) => text == Hidden(was, name, accounts) ? was : text,
        _ => edited?.DeepClone(),
    };

    sealed class Scope
    {
        public List<string> Known { get; } = [];
    }
}
