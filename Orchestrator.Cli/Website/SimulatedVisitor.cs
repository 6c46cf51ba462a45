using System.Globalization;
using Orchestrator.Cli.Publishing;

namespace Orchestrator.Cli.Website;

/// <summary>Who comes to the website. All of it follows from the number, so that a visitor who comes again is the same.</summary>
public sealed record SimulatedVisitor
{
    static readonly (string Agent, int Share)[] Browsers =
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36", 40),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1", 25),
        ("Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36", 18),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15", 8),
        ("Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1", 6),
        ("Mozilla/5.0 (compatible; ExampleBot/1.0; +https://bot.example/about)", 3),
    ];

    /// <summary>The visitor of this number.</summary>
    /// <param name="number">From 0.</param>
    /// <param name="customers">How many visitors are customers: each fourth, as long as there are any.</param>
    public SimulatedVisitor(int number, int customers)
    {
        VisitorId = $"web-{number.ToString("000000", CultureInfo.InvariantCulture)}";
        CustomerId = number % 4 == 0 && number / 4 < customers ? HandbookAccounts.Customer(number / 4) : null;
        UserAgent = BrowserOf((int)(((uint)number * 2_654_435_761u) % 100));
        // A network that is kept for documents; the rest of the address nobody publishes.
        Ip = number % 3 == 0 ? "198.51.100.0" : "203.0.113.0";
    }

    /// <summary>As the site knows the browser.</summary>
    public string VisitorId { get; }

    /// <summary>The customer, whom the site knows after a login; null for who is none.</summary>
    public string? CustomerId { get; }

    /// <summary>The browser.</summary>
    public string UserAgent { get; }

    /// <summary>The address, truncated.</summary>
    public string Ip { get; }

    static string BrowserOf(int share)
    {
        foreach (var (agent, of) in Browsers)
        {
            if (share < of)
                return agent;
            share -= of;
        }
        return Browsers[0].Agent;
    }
}
