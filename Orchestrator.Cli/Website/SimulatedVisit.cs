using Orchestrator.Cli.Simulation;
using Orchestrator.Contracts.Activity;

namespace Orchestrator.Cli.Website;

/// <summary>One visit: from page to page along the links, with clicks between them and pings while a page is looked at; some log in, fill a cart, and pay.</summary>
sealed class SimulatedVisit
{
    /// <summary>Where the pages are.</summary>
    public const string Site = "https://shop.example";

    const double PingSeconds = 15;
    const double MeanReadingSeconds = 18;
    const int MostSteps = 400;

    static readonly (string? Url, double Weight)[] Sources =
    [
        (null, 4), ("https://search.example/?q=shop", 5), ("https://news.example/today", 1), ("https://social.example/feed", 2), ("https://mail.example/offer", 1),
    ];

    readonly SimulatedVisitor _visitor;
    readonly NumericStream _chance;
    readonly Queue<(double After, VisitStep Step)> _next = new();
    string? _customer;
    long _cartMinor;
    int _steps;

    public SimulatedVisit(long number, SimulatedVisitor visitor, NumericStream chance)
    {
        Number = number;
        _visitor = visitor;
        _chance = chance;
        var page = SitePage.All[chance.Unit() < 0.7 ? SitePage.Home : Chosen(SitePage.All["/search"].Links)];
        View(page, 0, Chosen(Sources));
    }

    /// <summary>Counts visits.</summary>
    public long Number { get; }

    /// <summary>Who is there.</summary>
    public SimulatedVisitor Visitor => _visitor;

    /// <summary>How long after the one before the next step is; null when the visitor has gone.</summary>
    public double? Wait => _next.TryPeek(out var next) ? next.After : null;

    /// <summary>Does the next step.</summary>
    public VisitStep Step()
    {
        var (_, step) = _next.Dequeue();
        _steps++;
        if (_next.Count == 0 && _steps < MostSteps)
            GoOn(step.Page);
        return step;
    }

    void View(SitePage page, double after, string? referrer)
    {
        _next.Enqueue((after, new VisitStep(ActivityType.PageView, page, _customer, referrer)));
        var reading = -Math.Log(1 - _chance.Unit()) * MeanReadingSeconds;
        for (; reading > PingSeconds; reading -= PingSeconds)
            _next.Enqueue((PingSeconds, new VisitStep(ActivityType.PagePing, page, _customer)));
    }

    void GoOn(SitePage page)
    {
        if (page.Path == SitePage.Login && _customer is null && _visitor.CustomerId is { } customer)
            Custom(page, ActivityRecorded.Login, _customer = customer);
        if (_chance.Unit() < page.Leaves)
            return;
        var to = Chosen(page.Links)!;
        // Whoever pays is known.
        if (to == SitePage.Checkout && _customer is null && _visitor.CustomerId is not null)
            to = SitePage.Login;
        if (to == SitePage.Cart && page.Path.StartsWith(SitePage.ProductPrefix, StringComparison.Ordinal))
            Custom(page, "add_to_cart", _customer, _cartMinor += 500 + (long)(_chance.Unit() * 20_000));
        if (to == SitePage.Done)
        {
            Custom(page, "payment", _customer, Math.Max(_cartMinor, 500));
            _cartMinor = 0;
        }
        _next.Enqueue((1 + (_chance.Unit() * 4), new VisitStep(ActivityType.Click, page, _customer, Element: $"a[href='{to}']")));
        View(SitePage.All[to], 0.2 + (_chance.Unit() * 0.5), Site + page.Path);
    }

    void Custom(SitePage page, string name, string? customer, long? amountMinor = null) =>
        _next.Enqueue((1 + (_chance.Unit() * 3), new VisitStep(ActivityType.Custom, page, customer, Name: name, AmountMinor: amountMinor)));

    T Chosen<T>(IReadOnlyList<(T Value, double Weight)> from)
    {
        var left = _chance.Unit() * from.Sum(f => f.Weight);
        foreach (var (value, weight) in from)
        {
            left -= weight;
            if (left < 0)
                return value;
        }
        return from[^1].Value;
    }
}
