namespace Orchestrator.Activity.Visitors;

/// <summary>Takes pages and hosts out of addresses. What a visitor typed or carries along in a query is nobody's page.</summary>
static class Addresses
{
    /// <summary>The longest path that is told apart; longer ones are cut.</summary>
    public const int MaxPageLength = 200;

    /// <summary>The longest name of a host.</summary>
    public const int MaxHostLength = 253;

    /// <summary>The path without query and fragment, of an address that is absolute or from the root.</summary>
    public static ReadOnlySpan<char> Page(ReadOnlySpan<char> url)
    {
        var authority = AuthorityAt(url);
        var path = url;
        if (authority >= 0)
        {
            path = url[authority..];
            var root = path.IndexOfAny('/', '?', '#');
            path = root >= 0 && path[root] == '/' ? path[root..] : "/";
        }
        var end = path.IndexOfAny('?', '#');
        if (end >= 0)
            path = path[..end];
        if (path.IsEmpty)
            return "/";
        return path.Length > MaxPageLength ? path[..MaxPageLength] : path;
    }

    /// <summary>The host of an absolute address; empty where there is none.</summary>
    public static ReadOnlySpan<char> Host(ReadOnlySpan<char> url)
    {
        var authority = AuthorityAt(url);
        if (authority < 0)
            return [];
        var host = url[authority..];
        var end = host.IndexOfAny('/', '?', '#');
        if (end >= 0)
            host = host[..end];
        host = host[(host.LastIndexOf('@') + 1)..];
        var port = host.LastIndexOf(':');
        // A colon within brackets is part of an address of IPv6.
        if (port > host.LastIndexOf(']'))
            host = host[..port];
        return host.Length > MaxHostLength ? host[..MaxHostLength] : host;
    }

    // Behind the two slashes, where the address has them at its beginning or behind its scheme.
    static int AuthorityAt(ReadOnlySpan<char> url)
    {
        if (url.StartsWith("//", StringComparison.Ordinal))
            return 2;
        if (url.IsEmpty || url[0] == '/')
            return -1;
        var at = url.IndexOf("://", StringComparison.Ordinal);
        return at > 0 && url[..at].IndexOfAny('/', '?', '#') < 0 ? at + 3 : -1;
    }
}
