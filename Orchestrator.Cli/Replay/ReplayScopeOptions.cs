using System.CommandLine;
using System.Globalization;
using Orchestrator.Cli.Output;

namespace Orchestrator.Cli.Replay;

/// <summary>The options that say what is replayed.</summary>
sealed class ReplayScopeOptions
{
    readonly Argument<string> _topic = new("TOPIC") { Description = "The topic, for instance ledger-events" };
    readonly Option<string> _reason = new("--reason") { Description = "Why; kept with your name", Required = true };
    readonly Option<string> _target = new("--target") { Description = "topic, a topic of its own; or projection:NAME, tables of its own", DefaultValueFactory = _ => "topic" };
    readonly Option<int[]> _partition = new("--partition") { Description = "Only this partition; may be repeated", DefaultValueFactory = _ => [] };
    readonly Option<string?> _from = new("--from") { Description = "offset:N, or time:ISO as in time:2026-05-01T12:00:00Z [default: the first message that is held]" };
    readonly Option<string?> _to = new("--to") { Description = "offset:N or time:ISO, which is not part of it [default: the present end]" };
    readonly Option<string[]> _type = new("--type") { Description = "Only messages of this type, as ce_type names it; may be repeated", DefaultValueFactory = _ => [] };
    readonly Option<string[]> _key = new("--key") { Description = "Only messages with this key; may be repeated", DefaultValueFactory = _ => [] };
    readonly Option<string[]> _header = new("--header") { Description = "Only messages with this header, as name=value; may be repeated", DefaultValueFactory = _ => [] };
    readonly Option<int?> _rate = new("--rate") { Description = "The most messages a second [default: as fast as it goes]" };
    readonly Option<long?> _max = new("--max") { Description = "The most messages, the earliest ones [default: all]" };
    readonly Option<bool> _allowGaps = new("--allow-gaps") { Description = "Go on where retention has deleted messages of the range" };
    readonly Option<int?> _keepHours = new("--keep-hours") { Description = "For how long what it makes is kept after it has ended, 1 to 168 [default: 24]" };
    readonly Option<Guid?> _id = new("--id") { Description = "Its id; asking again under the same id starts nothing twice [default: a new one]" };

    public void AddTo(Command command)
    {
        command.Add(_topic);
        foreach (var option in new Option[] { _reason, _target, _partition, _from, _to, _type, _key, _header, _rate, _max, _allowGaps, _keepHours, _id })
            command.Add(option);
    }

    /// <summary>The request's body.</summary>
    /// <exception cref="CommandException"><c>bad_bound</c> or <c>bad_option</c>.</exception>
    public IReadOnlyDictionary<string, object> Read(ParseResult parsed, bool dryRun, TimeProvider time)
    {
        var body = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["topic"] = parsed.GetRequiredValue(_topic),
            ["reason"] = parsed.GetRequiredValue(_reason),
            ["target"] = parsed.GetRequiredValue(_target),
            ["replayId"] = parsed.GetValue(_id) ?? Guid.CreateVersion7(time.GetUtcNow()),
            ["dryRun"] = dryRun,
            ["allowGaps"] = parsed.GetValue(_allowGaps),
        };
        Bound(parsed.GetValue(_from), "from");
        Bound(parsed.GetValue(_to), "to");
        Add("partitions", parsed.GetValue(_partition) is { Length: > 0 } partitions ? partitions : null);
        Add("types", parsed.GetValue(_type) is { Length: > 0 } types ? types : null);
        Add("keys", parsed.GetValue(_key) is { Length: > 0 } keys ? keys : null);
        Add("headers", parsed.GetValue(_header) is { Length: > 0 } headers ? Headers(headers) : null);
        Add("ratePerSecond", parsed.GetValue(_rate));
        Add("maxMessages", parsed.GetValue(_max));
        Add("keepHours", parsed.GetValue(_keepHours));
        return body;

        void Add(string name, object? value)
        {
            if (value is not null)
                body[name] = value;
        }

        void Bound(string? text, string name)
        {
            if (text is null)
                return;
            if (text.Split(':', 2) is ["offset", var number] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
                body[name + "Offset"] = offset;
            else if (text.Split(':', 2) is ["time", var iso]
                && DateTimeOffset.TryParse(iso, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
                body[name] = at;
            else
                throw new CommandException("bad_bound", $"--{name}: '{text}' is not offset:N or time:ISO, for instance time:2026-05-01T12:00:00Z.");
        }
    }

    static Dictionary<string, string> Headers(string[] given)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in given)
        {
            if (text.Split('=', 2) is not [{ Length: > 0 } name, var value])
                throw new CommandException("bad_option", $"--header: '{text}' is not name=value.");
            headers[name] = value;
        }
        return headers;
    }
}
