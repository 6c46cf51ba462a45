using System.CommandLine;
using System.Globalization;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;
using Spectre.Console;

namespace Orchestrator.Cli.Tail;

/// <summary><c>orchestrator tail</c>.</summary>
static class TailCommand
{
    static readonly Argument<string> Topic = new("TOPIC") { Description = "For instance transactions, saga-events, ledger-events, transactions.parked" };

    static readonly Option<string> From = new("--from")
    {
        Description = "beginning, end, offset:N, or time:ISO as in time:2026-05-01T12:00:00Z",
        DefaultValueFactory = _ => "end",
    };

    static readonly Option<int[]> Partition = new("--partition") { Description = "Only this partition; may be repeated", DefaultValueFactory = _ => [] };

    static readonly Option<string[]> Filter = new("--filter")
    {
        Description = "Only messages that have this text in key, type or body, or, as field=value, that value in a field: key, type, id, partition, " +
            "a header, or a path into the body such as counters.debitsPostedMinor. May be repeated: all must match",
        DefaultValueFactory = _ => [],
    };

    static readonly Option<long?> Count = new("--count") { Description = "Stop after this many shown messages [default: no end]" };
    static readonly Option<bool> ToEnd = new("--to-end") { Description = "Stop at the present end of the topic and do not wait for more" };
    static readonly Option<bool> Headers = new("--headers") { Description = "Show all headers" };
    static readonly Option<bool> Json = new("--json") { Description = "Print a line of JSON a message" };

    public static Command Create(ConnectionOptions connections)
    {
        var command = new Command("tail", "Show the messages of a topic as they come: key, type, headers, body. Joins no group and commits nothing.")
        {
            Topic, From, Partition, Filter, Count, ToEnd, Headers, Json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, connections, cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(ParseResult parsed, ConnectionOptions connections, CancellationToken cancellationToken)
    {
        var start = TailStart.Parse(parsed.GetRequiredValue(From));
        var filters = (parsed.GetValue(Filter) ?? []).Select(TailFilter.Parse).ToList();
        var count = parsed.GetValue(Count);
        if (count < 1)
            throw new CommandException("bad_option", "--count: from 1");
        Action<TailMessage> show = parsed.GetValue(Json) ? Line : parsed.GetValue(Headers) ? ShowWithHeaders : Show;
        var reader = new TopicReader(connections.Kafka(parsed), parsed.GetRequiredValue(Topic), connections.Reader(parsed));
        long shown = 0;
        try
        {
            await foreach (var message in reader.ReadAsync(start, parsed.GetValue(Partition) ?? [], parsed.GetValue(ToEnd), cancellationToken))
            {
                if (!filters.TrueForAll(filter => filter.Matches(message)))
                    continue;
                show(message);
                if (++shown == count)
                    break;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how one leaves.
        }
        return 0;
    }

    static void Line(TailMessage message) => Terminal.Json(new
    {
        topic = message.Topic,
        partition = message.Partition,
        offset = message.Offset,
        time = message.Time,
        key = message.Key,
        type = message.Type,
        headers = message.Headers.GroupBy(h => h.Key, StringComparer.Ordinal).ToDictionary(h => h.Key, h => h.Last().Value, StringComparer.Ordinal),
        body = (object?)message.Json ?? message.Body,
    });

    static void Show(TailMessage message)
    {
        var time = message.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        Print("grey", $"{time} {message.Topic}[{message.Partition}]@{message.Offset}", "aqua", message.Key ?? "(no key)", "yellow", message.Type ?? "(no type)");
        Console.Out.WriteLine(message.Body ?? "(no body)");
    }

    static void ShowWithHeaders(TailMessage message)
    {
        Show(message);
        foreach (var (name, value) in message.Headers)
            Print("grey", $"  {name}:", "default", value ?? "(null)");
    }

    // Not by the console's own lines: it would break a long one in the middle.
    static void Print(params ReadOnlySpan<string> colorsAndTexts)
    {
        for (var i = 0; i < colorsAndTexts.Length; i += 2)
            Terminal.Out.Markup($"[{colorsAndTexts[i]}]{colorsAndTexts[i + 1].EscapeMarkup()}[/] ");
        Terminal.Out.WriteLine();
    }
}
