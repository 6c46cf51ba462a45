using System.CommandLine;

namespace Orchestrator.Cli.Parked;

/// <summary>Which parked messages a command is about.</summary>
sealed class ParkedOptions
{
    readonly (Option<string?> Option, string Name)[] _all;

    public ParkedOptions(bool search)
    {
        List<(Option<string?>, string)> all =
        [
            Of("--group", "group", "Only those of this cause, see: parked groups"),
            Of("--lanes", "lanes", "Only those that this group of lanes could not take"),
            Of("--topic", "topic", "Only those of this topic"),
            Of("--key", "key", "Only those of this key"),
            Of("--type", "type", "Only those of this ce_type"),
            Of("--error", "errorCode", "Only those with an error of this name"),
            Of("--status", "status", "Only those that are refused, failed or queued"),
            Of("--from", "from", "Only those parked from then on, as in 2026-03-04T12:00:00Z"),
            Of("--to", "to", "Only those parked before then"),
        ];
        if (search)
            all.Add(Of("--text", "text", "Only those whose error holds this text"));
        _all = [.. all];
    }

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var (option, _) in _all)
            command.Add(option);
    }

    /// <summary>What was given, by its name in the API.</summary>
    public IReadOnlyDictionary<string, string> Given(ParseResult parsed) =>
        _all.Select(o => (o.Name, Value: parsed.GetValue(o.Option))).Where(o => o.Value is not null).ToDictionary(o => o.Name, o => o.Value!, StringComparer.Ordinal);

    /// <summary>What was given, as part of an address.</summary>
    public string Query(ParseResult parsed) => string.Concat(Given(parsed).Select(o => $"&{o.Key}={Uri.EscapeDataString(o.Value)}"));

    static (Option<string?>, string) Of(string option, string name, string description) => (new Option<string?>(option) { Description = description }, name);
}
