using Orchestrator.Cli.Website;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Activity;

namespace Orchestrator.Tests.Activity.Ingest;

/// <summary>The simulated website.</summary>
public sealed class WebsiteTrafficTests
{
    static readonly WebsiteOptions Options = new() { Seed = 7, Run = "tests", Rate = 100, Origin = new DateTimeOffset(2026, 3, 4, 12, 0, 0, TimeSpan.Zero) };

    static readonly Lazy<List<WebsiteEvent>> Minutes = new(() => [.. WebsiteTraffic.Run(Options).TakeWhile(e => e.Second < 600)]);

    [Fact]
    public void Traffic_when_its_seed_is_the_same_is_the_same()
    {
        Assert.Equal(Messages(Options), Messages(Options));
        Assert.NotEqual(Messages(Options)[0], Messages(Options with { Seed = 8 })[0]);

        static List<ActivityRecorded> Messages(WebsiteOptions options) =>
            [.. WebsiteTraffic.Run(options).Take(500).Select((e, n) => WebsiteTraffic.Message(e, n, options)).Where(m => m.Properties is null)];
    }

    [Fact]
    public void Traffic_is_in_order_comes_at_its_rate_and_is_what_the_contract_allows()
    {
        var events = Minutes.Value;

        Assert.InRange(events.Count / 600.0, 80, 120);
        Assert.All(events.Zip(events.Skip(1)), pair => Assert.True(pair.First.Second <= pair.Second.Second));
        Assert.All(events.Take(2_000).Select((e, n) => WebsiteTraffic.Message(e, n, Options)), m => Assert.Empty(ContractErrors.Of(m).All));
    }

    [Fact]
    public void Visits_follow_links_and_some_log_in_and_pay()
    {
        var events = Minutes.Value;

        Assert.Contains(events, e => e.Step is { Name: ActivityRecorded.Login, CustomerId: not null });
        Assert.Contains(events, e => e.Step is { Name: "payment", AmountMinor: > 0 });
        Assert.Contains(events, e => e.Step.Type == ActivityType.PagePing);
        foreach (var visit in events.GroupBy(e => e.Visit))
        {
            Assert.Single(visit.Select(e => e.Visitor.VisitorId).Distinct(StringComparer.Ordinal));
            var views = visit.Where(e => e.Step.Type == ActivityType.PageView).Select(e => e.Step.Page).ToList();
            // Whoever has to log in before paying comes there by way of the checkout.
            Assert.All(views.Zip(views.Skip(1)), pair => Assert.Contains(pair.First.Links, link => link.Path == pair.Second.Path || (link.Path == SitePage.Checkout && pair.Second.Path == SitePage.Login)));
        }
    }
}
