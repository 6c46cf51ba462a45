using System.Text.Json;
using Microsoft.Playwright;

namespace Orchestrator.Tests.Activity.Browser;

/// <summary>Whether a page can be used by everybody: rules of our own over what is drawn, and the names that the browser itself computes for assistive programs.</summary>
static class Accessibility
{
    // What needs a name, as the browser calls it.
    static readonly HashSet<string> Named = new(StringComparer.Ordinal)
    {
        "button", "link", "textbox", "radio", "radiogroup", "checkbox", "image", "img", "table", "figure", "region", "form", "heading", "DisclosureTriangle", "RootWebArea",
    };

    /// <summary>What is wrong with a page as it stands.</summary>
    public static async Task<IReadOnlyList<string>> BreachesAsync(IPage page)
    {
        using var rules = new StreamReader(typeof(Accessibility).Assembly.GetManifestResourceStream("browser/AccessibilityRules.js")!);
        var breaches = await page.EvaluateAsync<List<string>>(await rules.ReadToEndAsync());
        breaches.AddRange(await UnnamedAsync(page));
        breaches.AddRange(await UnseenFocusAsync(page));
        return breaches;
    }

    static async Task<IReadOnlyList<string>> UnnamedAsync(IPage page)
    {
        await using var session = new DetachedSession(await page.Context.NewCDPSessionAsync(page));
        var tree = (await session.Session.SendAsync("Accessibility.getFullAXTree"))!.Value.GetProperty("nodes").EnumerateArray().ToList();
        var found = tree.Where(node => !node.GetProperty("ignored").GetBoolean()).Select(node => (Role: Text(node, "role"), Name: Text(node, "name"))).ToList();
        Assert.Contains(found, node => node.Role == "main");
        return [.. found.Where(node => Named.Contains(node.Role) && node.Name.Trim().Length == 0).Select(node => $"a {node.Role} has a name")];

        static string Text(JsonElement node, string property) => node.TryGetProperty(property, out var given) && given.TryGetProperty("value", out var value) ? $"{value}" : "";
    }

    // Goes through the whole page by keyboard, as somebody without a mouse does, and looks whether they would see where they are.
    static async Task<IReadOnlyList<string>> UnseenFocusAsync(IPage page)
    {
        const int Most = 40;
        const string Look = """
            () => {
                const at = document.activeElement;
                if (!at || at === document.body)
                    return null;
                const style = getComputedStyle(at.matches('label > input') ? at.nextElementSibling : at);
                return [at.localName + (at.id ? '#' + at.id : '') + (at.value ? '=' + at.value : ''), style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2];
            }
            """;
        var breaches = new List<string>();
        var reached = new List<string>();
        // From the top, wherever somebody was.
        await page.EvaluateAsync("() => { const top = document.createElement('span'); top.tabIndex = -1; document.body.prepend(top); top.focus(); top.remove(); }");
        for (var i = 0; i < Most; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<JsonElement?>(Look) is not { ValueKind: JsonValueKind.Array } at)
                break;
            var name = at[0].GetString()!;
            if (reached.Contains(name, StringComparer.Ordinal))
                break;
            reached.Add(name);
            if (!at[1].GetBoolean())
                breaches.Add($"focus is seen: {name}");
        }
        var reachable = await page.EvaluateAsync<int>("() => [...document.querySelectorAll('a[href], button, input:not([type=radio]), input:checked, summary')].filter(e => e.checkVisibility()).length");
        if (reached.Count < reachable)
            breaches.Add($"everything is reached by keyboard: {reachable} there, {reached.Count} reached ({string.Join(' ', reached)})");
        return breaches;
    }

    sealed class DetachedSession(ICDPSession session) : IAsyncDisposable
    {
        public ICDPSession Session => session;

        public async ValueTask DisposeAsync() => await session.DetachAsync();
    }
}
