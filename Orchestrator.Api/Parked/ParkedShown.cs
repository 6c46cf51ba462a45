using System.Text;
using System.Text.Json;
using Orchestrator.Api.Security;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Parking;

namespace Orchestrator.Api.Parked;

/// <summary>Parked messages as whoever asks may see them.</summary>
static class ParkedShown
{
    /// <summary>In what form a body is shown.</summary>
    public const string Json = "json", Text = "text", Base64 = "base64", Hidden = "hidden";

    // What an exception of the code says may name accounts of its message; all other errors are of our own words, which name none.
    const string Raised = "handler_failed";
    const string HiddenDetail = "(hidden: it may name accounts)";
    const string HiddenBody = "(hidden: it is no JSON)";
    const string BinaryHeader = "base64:";

    // To hide the accounts that an error names one has to know them, and they stand in the message.
    const int MaxLook = 64 << 10;

    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Up to which size a message must be read for its error to be shown.</summary>
    public static int Look => Masking.IsOn ? MaxLook : 0;

    /// <summary>A message.</summary>
    public static ParkedView Of(ParkedFound found) =>
        Masking.IsOn && found.View.Detail is { } detail ? found.View with { Detail = Detail(detail, found.View, found.Raw) } : found.View;

    /// <summary>Causes, each with the error of its example.</summary>
    public static async Task<IReadOnlyList<ParkedCauseView>> OfAsync(IReadOnlyList<ParkedCauseView> causes, ParkedSearch search, CancellationToken cancellationToken)
    {
        if (!Masking.IsOn || causes.Count == 0)
            return causes;
        var examples = (await search.OfIdsAsync([.. causes.Select(c => c.ExampleId)], Look, cancellationToken)).ToDictionary(e => e.View.ParkedId, Of);
        return [.. causes.Select(c => c with { Detail = examples.TryGetValue(c.ExampleId, out var example) ? example.Detail : null })];
    }

    /// <summary>A body, cut off where it is longer than <paramref name="most"/>.</summary>
    public static (string Body, string Encoding) Body(byte[] body, string key, int most)
    {
        var text = AsText(body);
        if (text is not null && Masking.IsJson(text))
            return (Cut(Masking.Body(text, key), most), Json);
        if (Masking.IsOn)
            return (HiddenBody, Hidden);
        return text is not null ? (Cut(text, most), Text) : (Convert.ToBase64String(body.AsSpan(0, Math.Min(body.Length, most))), Base64);
    }

    /// <summary>Headers.</summary>
    public static IReadOnlyList<ParkedHeader> Headers(RawMessage raw, string key)
    {
        var accounts = Masking.IsOn ? Masking.AccountsIn(AsText(raw.Body), key) : [];
        return [.. raw.Headers.Select(h => new ParkedHeader(h.Key, AsText(h.Value) is { } text ? Masking.Without(text, accounts)! : Bytes(h.Value)))];
    }

    /// <summary>Whether a message, as it is shown, is one whose error holds <paramref name="text"/>: what is hidden must not be found out by looking for it.</summary>
    public static bool Holds(ParkedView shown, string text) => ParkedFilter.ErrorOf(shown).Contains(text, StringComparison.OrdinalIgnoreCase);

    static string Bytes(byte[] value) => Masking.IsOn ? HiddenBody : BinaryHeader + Convert.ToBase64String(value);

    static string? Detail(string detail, ParkedView view, RawMessage? raw)
    {
        var text = raw is null ? null : AsText(raw.Body);
        var isReadable = text is not null && Masking.IsJson(text);
        return isReadable || view.ErrorCode != Raised ? Masking.Without(detail, Masking.AccountsIn(text, view.Key)) : HiddenDetail;
    }

    static string Cut(string text, int most) => text.Length <= most ? text : text[..most];

    static string? AsText(byte[] bytes)
    {
        try
        {
            var text = Strict.GetString(bytes);
            return text.Any(c => char.IsControl(c) && c is not ('\t' or '\r' or '\n')) ? null : text;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
