using System.Collections.Frozen;
using System.Globalization;

namespace Orchestrator.Cli.Website;

/// <summary>A page of the simulated shop, and where its links lead.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Title">Its title.</param>
/// <param name="Leaves">How often, of one, a visitor who is on it goes away.</param>
/// <param name="Links">Where a visitor who stays goes next, and how often in comparison with the others.</param>
public sealed record SitePage(string Path, string Title, double Leaves, IReadOnlyList<(string Path, double Weight)> Links)
{
    const int Products = 60;

    static readonly string[] Categories = ["shoes", "coats", "books", "toys"];

    /// <summary>Where most visits begin.</summary>
    public const string Home = "/";

    /// <summary>Where a visitor says who they are.</summary>
    public const string Login = "/login";

    /// <summary>What a visitor is about to buy.</summary>
    public const string Cart = "/cart";

    /// <summary>Where a visitor pays.</summary>
    public const string Checkout = "/checkout";

    /// <summary>Behind the payment.</summary>
    public const string Done = "/checkout/done";

    /// <summary>What all products have before their number.</summary>
    public const string ProductPrefix = "/product/";

    /// <summary>The whole shop, by path.</summary>
    public static IReadOnlyDictionary<string, SitePage> All { get; } = Build().ToFrozenDictionary(page => page.Path, StringComparer.Ordinal);

    static IEnumerable<SitePage> Build()
    {
        yield return new SitePage(Home, "The shop", 0.35, [.. Categories.Select(c => (Category(c), 2.0)), ("/search", 2), (Login, 1), ("/help", 0.3)]);
        yield return new SitePage("/search", "Search", 0.2, [.. Enumerable.Range(1, 12).Select(n => (Product(n * 5), 1.0 / n))]);
        for (var c = 0; c < Categories.Length; c++)
        {
            var first = (c * Products / Categories.Length) + 1;
            // What stands first is looked at most.
            yield return new SitePage(
                Category(Categories[c]), $"All {Categories[c]}", 0.2,
                [.. Enumerable.Range(0, Products / Categories.Length).Select(n => (Product(first + n), 1.0 / (n + 1))), (Category(Categories[(c + 1) % Categories.Length]), 0.5)]);
        }
        for (var n = 1; n <= Products; n++)
        {
            yield return new SitePage(
                Product(n), $"Product {n.ToString(CultureInfo.InvariantCulture)}", 0.25,
                [(Cart, 1.2), (Category(Categories[(n - 1) * Categories.Length / Products]), 1), (Product((n % Products) + 1), 1)]);
        }
        yield return new SitePage(Cart, "Your cart", 0.3, [(Checkout, 3), (Category(Categories[0]), 1), (Home, 0.5)]);
        yield return new SitePage(Checkout, "Checkout", 0.3, [(Done, 4), (Cart, 1)]);
        yield return new SitePage(Done, "Thank you", 0.8, [(Home, 1)]);
        yield return new SitePage(Login, "Log in", 0.15, [("/account", 2), (Home, 1), (Category(Categories[1]), 1)]);
        yield return new SitePage("/account", "Your account", 0.4, [(Home, 1), (Category(Categories[2]), 1)]);
        yield return new SitePage("/help", "Help", 0.6, [(Home, 1), ("/search", 1)]);
    }

    static string Category(string name) => $"/category/{name}";

    static string Product(int number) => ProductPrefix + number.ToString(CultureInfo.InvariantCulture);
}
