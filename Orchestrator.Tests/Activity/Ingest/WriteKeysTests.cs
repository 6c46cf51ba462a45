using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Options;
using Orchestrator.Api.Activity.Ingest;

namespace Orchestrator.Tests.Activity.Ingest;

/// <summary>Who may send events, and how many.</summary>
public sealed class WriteKeysTests
{
    static IngestOptions Options(params (string Name, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Name, s => (string?)s.Value, StringComparer.Ordinal)).Build().Get<IngestOptions>() ?? new IngestOptions();

    static WriteKeys Keys(string environment, IngestOptions options) => new(new OptionsWrapper<IngestOptions>(options), new HostingEnvironment { EnvironmentName = environment });

    static List<ValidationResult> Wrong(IngestOptions options)
    {
        var wrong = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), wrong, validateAllProperties: true);
        return wrong;
    }

    [Fact]
    public void Key_when_it_is_configured_is_found_by_its_text_and_by_no_other()
    {
        using var keys = Keys("Production", Options(("Keys:shop:Key", "shop-key-4711"), ("Keys:shop:Origins:0", "https://shop.example"), ("Keys:app:Key", "app-key-4711a")));

        Assert.Equal("shop", keys.Find("shop-key-4711")!.Name);
        Assert.Equal("app", keys.Find("app-key-4711a")!.Name);
        Assert.All([null, "", "shop", "shop-key-4712", "development", new string('x', 5_000), new string('\u20ac', 128)], text => Assert.Null(keys.Find(text)));
        Assert.True(keys.AnyTakes("https://shop.example"));
        Assert.False(keys.AnyTakes("https://evil.example"));
        Assert.False(keys.Find("app-key-4711a")!.Takes("https://shop.example"));
    }

    [Fact]
    public void Development_key_is_there_in_development_alone()
    {
        using var keys = Keys("Development", new IngestOptions());

        Assert.True(keys.Find("development")!.Takes("http://localhost:3000"));
    }

    [Fact]
    public void Key_when_it_is_used_up_sends_no_more()
    {
        using var keys = Keys("Development", Options(("RequestsPerSecond", "50")));
        var key = keys.Find("development")!;

        Assert.InRange(Enumerable.Range(0, 1_000).Count(_ => key.TryUse()), 50, 500);
    }

    [Fact]
    public void Options_when_they_are_wrong_say_so()
    {
        Assert.Empty(Wrong(Options(("Keys:shop:Key", "shop-key-4711"), ("Keys:shop:Origins:0", "https://shop.example:8443"), ("Keys:shop:Origins:1", "*"))));
        Assert.Single(Wrong(Options(("Keys:shop:Key", "short"))));
        Assert.Single(Wrong(Options(("Keys:shop:Key", "with a blank in it"))));
        Assert.Single(Wrong(Options(("Keys:a:Key", "the-same-key-1"), ("Keys:b:Key", "the-same-key-1"))));
        Assert.Single(Wrong(Options(("IpTruncation", "half"))));
        foreach (var origin in new[] { "shop.example", "https://shop.example/", "https://shop.example/cart", "ftp://shop.example" })
            Assert.Single(Wrong(Options(("Keys:shop:Key", "shop-key-4711"), ("Keys:shop:Origins:0", origin))));
    }
}
