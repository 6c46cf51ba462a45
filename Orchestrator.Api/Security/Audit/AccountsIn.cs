using System.Collections.Concurrent;
using System.Reflection;

namespace Orchestrator.Api.Security.Audit;

/// <summary>Which accounts a request or an answer is about.</summary>
static class AccountsIn
{
    /// <summary>The part of an address that is an account.</summary>
    public const string Route = "accountId";

    const string Query = "account";
    const string Suffix = "AccountId";
    const int Longest = 64;

    // An answer has its accounts at the top, or in the record that it is about.
    const int Depth = 2;

    static readonly ConcurrentDictionary<Type, Property[]> Known = new();

    /// <summary>Those that the address names.</summary>
    public static IEnumerable<string> Request(HttpContext http)
    {
        if (http.Request.RouteValues.TryGetValue(Route, out var route) && IsOne($"{route}"))
            yield return $"{route}";
        if (http.Request.Query.TryGetValue(Query, out var query) && IsOne(query.ToString()))
            yield return query.ToString();
    }

    /// <summary>Those that an answer names.</summary>
    public static IEnumerable<string> Answer(object answer) => In(answer, Depth);

    static IEnumerable<string> In(object value, int depth)
    {
        foreach (var property in Known.GetOrAdd(value.GetType(), Read))
        {
            if (property.Of.GetValue(value) is not { } found)
                continue;
            if (found is string account)
            {
                if (IsOne(account))
                    yield return account;
            }
            else if (depth > 1)
            {
                foreach (var inner in In(found, depth - 1))
                    yield return inner;
            }
        }
    }

    static Property[] Read(Type type) =>
    [
        .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.GetIndexParameters().Length == 0)
            .Where(p => p.PropertyType == typeof(string) ? p.Name.EndsWith(Suffix, StringComparison.Ordinal) : IsRecord(p.PropertyType))
            .Select(p => new Property(p)),
    ];

    static bool IsRecord(Type type) => type is { IsClass: true, IsArray: false } && type.Namespace?.StartsWith(nameof(Orchestrator), StringComparison.Ordinal) is true;

    // The ledger's own accounts have colons in their names.
    static bool IsOne(string text) => text.Length is > 0 and <= Longest && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or ':');

    sealed record Property(PropertyInfo Of);
}
