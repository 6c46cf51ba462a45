using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Orchestrator.Benchmarks.Activity;

/// <summary>
/// Events as JSON, as the ingest over HTTP publishes them, written by putting what differs into a text that stays: a serializer would take more of the generator's time than what is
/// measured takes of its own.
/// </summary>
sealed class EventText
{
    const int IdLength = 36;

    static readonly string[] Browsers =
    [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1",
    ];

    static readonly string[] Referrers = ["", "\"referrer\":\"https://search.example/?q=shop\",", "\"referrer\":\"https://news.example/today\","];

    readonly Template[] _templates;
    readonly PlannedEvents _plan;
    readonly DateTimeOffset _begin;

    public EventText(PlannedEvents plan, DateTimeOffset begin)
    {
        _plan = plan;
        _begin = begin;
        _templates =
        [
            .. from kind in Enum.GetValues<PlannedKind>() from browser in Browsers from referrer in Referrers
               select new Template(Text(kind, browser, kind == PlannedKind.View ? referrer : "")),
        ];
    }

    /// <summary>The longest event.</summary>
    public int Longest => _templates.Max(t => t.Bytes.Length);

    /// <summary>Writes an event.</summary>
    /// <returns>How many bytes it has.</returns>
    public int Write(in PlannedEvent planned, Span<byte> to)
    {
        var template = _templates[((int)planned.Kind * Browsers.Length * Referrers.Length) + (planned.Visitor % (Browsers.Length * Referrers.Length))];
        template.Bytes.CopyTo(to);
        Utf8Formatter.TryFormat(RandomId.Of((ulong)planned.Number), to.Slice(template.Id, IdLength), out _);
        Utf8Formatter.TryFormat(PlannedEvents.NameOf(_plan.VisitorNumbers[planned.Visitor]), to.Slice(template.Visitor, IdLength), out _);
        _begin.AddMilliseconds(planned.AtMs).UtcDateTime.TryFormat(to[template.Time..], out _, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        ((int)planned.Page).TryFormat(to[template.Page..], out _, "0000", CultureInfo.InvariantCulture);
        if (template.Customer >= 0)
            planned.Visitor.TryFormat(to[template.Customer..], out _, "0000000", CultureInfo.InvariantCulture);
        return template.Bytes.Length;
    }

    static string Text(PlannedKind kind, string browser, string referrer)
    {
        var type = kind switch { PlannedKind.View => "page_view", PlannedKind.Click => "click", PlannedKind.Ping => "page_ping", _ => "custom" };
        var more = kind switch
        {
            PlannedKind.Click => "\"element\":\"a.product\",",
            PlannedKind.Custom => "\"name\":\"add_to_cart\",",
            PlannedKind.Login => "\"name\":\"login\",\"customerId\":\"bench-CCCCCCC\",",
            _ => "\"title\":\"A page of the shop\",",
        };
        return $"{{\"eventId\":\"{new string('E', IdLength)}\",\"type\":\"{type}\",\"visitorId\":\"{new string('V', IdLength)}\",\"createdAt\":\"{new string('T', 24)}\"," +
            $"\"url\":\"https://shop.example/page/PPPP\",{referrer}{more}\"userAgent\":\"{browser}\",\"ip\":\"203.0.113.0\"}}";
    }

    sealed class Template(string text)
    {
        public byte[] Bytes { get; } = Encoding.ASCII.GetBytes(text);

        public int Id { get; } = text.IndexOf("EEEE", StringComparison.Ordinal);

        public int Visitor { get; } = text.IndexOf("VVVV", StringComparison.Ordinal);

        public int Time { get; } = text.IndexOf("TTTT", StringComparison.Ordinal);

        public int Page { get; } = text.IndexOf("PPPP", StringComparison.Ordinal);

        public int Customer { get; } = text.IndexOf("CCCCCCC", StringComparison.Ordinal);
    }
}
