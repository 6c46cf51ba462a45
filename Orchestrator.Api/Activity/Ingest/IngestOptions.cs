using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Api.Activity.Ingest;

/// <summary>Who may send events over HTTP, and how much. Section <c>Activity:Ingest</c>; validated at start.</summary>
public sealed class IngestOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Activity:Ingest";

    /// <summary>The name and the text of the key that is there in the environment Development alone.</summary>
    public const string DevelopmentKey = "development";

    /// <summary>The origin that stands for all.</summary>
    public const string AnyOrigin = "*";

    const int LeastKeyLength = 12;
    const int MostKeyLength = 128;

    /// <summary>Write keys by the name of whoever has them. Default none: nobody may send.</summary>
    public IReadOnlyDictionary<string, WriteKeyOptions> Keys { get; init; } = new Dictionary<string, WriteKeyOptions>(StringComparer.Ordinal);

    /// <summary>How many requests a second each key may send; as many may come at once. Default 10,000.</summary>
    [Range(10, 1_000_000)]
    public int RequestsPerSecond { get; init; } = 10_000;

    /// <summary>
    /// What is left of a caller's address: <c>none</c> of it is taken away, or <c>last_octet</c> (of IPv6 all but the first 48 bits), or all of it is: <c>drop</c>. Default
    /// <c>last_octet</c>.
    /// </summary>
    [AllowedValues("none", "last_octet", "drop")]
    public string IpTruncation { get; init; } = "last_octet";

    /// <summary>How long events are gathered into one batch for the broker, in milliseconds. Default 3.</summary>
    [Range(0, 1_000)]
    public double LingerMs { get; init; } = 3;

    /// <summary>How many events may wait for the broker at once; what comes beyond is refused. Default 20,000.</summary>
    [Range(500, 100_000)]
    public int MaxUnderWay { get; init; } = 20_000;

    /// <summary>How long a request waits for the broker, in milliseconds. Default 5,000.</summary>
    [Range(100, 60_000)]
    public int AcknowledgeWithinMs { get; init; } = 5_000;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (name, key) in Keys)
        {
            if (key.Key is not { Length: >= LeastKeyLength and <= MostKeyLength } || key.Key.Any(c => c is <= ' ' or > '~'))
                yield return Wrong($"{name}:Key has {LeastKeyLength} to {MostKeyLength} letters, digits and signs of ASCII.");
            foreach (var origin in key.Origins.Where(o => !IsOrigin(o)))
                yield return Wrong($"{name}:Origins has {origin}, which is no origin such as https://shop.example, nor {AnyOrigin}.");
        }
        if (Keys.Values.Select(k => k.Key).Distinct(StringComparer.Ordinal).Count() < Keys.Count)
            yield return Wrong("two names have the same key.");
    }

    static ValidationResult Wrong(string what) => new($"{Section}:{nameof(Keys)}:{what}", [nameof(Keys)]);

    // As browsers write it: nothing behind the host but its port.
    static bool IsOrigin(string text) => text == AnyOrigin
        || (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && string.Equals(text, $"{uri.Scheme}://{uri.Authority}", StringComparison.Ordinal));
}

/// <summary>A key with which events may be sent. It stands in the pages of a site, so it is no secret; the origins keep other sites from using it in browsers.</summary>
public sealed class WriteKeyOptions
{
    /// <summary>What is sent as <c>X-Write-Key</c> or <c>?key=</c>: 12 to 128 characters.</summary>
    public string Key { get; init; } = "";

    /// <summary>The origins, such as <c>https://shop.example</c>, whose pages may send with it; <c>*</c> for all. Default none: whoever sends is no page in a browser.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];
}
