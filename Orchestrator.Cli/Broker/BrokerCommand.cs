using System.CommandLine;
using Orchestrator.Broker;
using Orchestrator.Cli.Output;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Embedded;

namespace Orchestrator.Cli.Broker;

/// <summary><c>orchestrator broker</c>.</summary>
static class BrokerCommand
{
    static readonly Option<int?> Port = new("--port") { Description = "TCP port on 127.0.0.1 [default: a free one]" };
    static readonly Option<string?> Data = new("--data") { Description = "Directory where messages are kept [default: none, they go with the process]" };
    static readonly Option<int> Partitions = new("--partitions") { Description = "Of every topic", DefaultValueFactory = _ => Topics.DefaultPartitions };

    static readonly Option<string[]> MoreTopics = new("--topic")
    {
        Description = "A topic more, beside the product's own; may be repeated",
        DefaultValueFactory = _ => [],
    };

    static readonly Option<bool> Faults = new("--faults")
    {
        Description = "Take faults from standard input, one a line: 'down' cuts every client off, 'up' lets them come back; each is answered by itself",
    };

    static readonly Option<bool> Json = new("--json") { Description = "Print the address as one line of JSON" };

    public static Command Create()
    {
        var command = new Command(
            "broker",
            "Host the embedded Kafka-compatible broker in a process of its own, with every topic of the product, until Ctrl-C or SIGTERM. With " +
            "--data it goes on where it was. One broker on one machine: nothing is replicated.")
        {
            Port, Data, Partitions, MoreTopics, Faults, Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var broker = Start(parsed);
        if (parsed.GetValue(Json))
            Terminal.Json(new { bootstrapServers = broker.BootstrapServers });
        else
            Console.Out.WriteLine(broker.BootstrapServers);
        Terminal.Note("Serving until Ctrl-C.");
        try
        {
            if (parsed.GetValue(Faults))
                await TakeFaultsAsync(broker, cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Terminal.Note("Stopped.");
        }
        return 0;
    }

    // Until standard input ends; the broker serves on.
    static async Task TakeFaultsAsync(KafkaBroker broker, CancellationToken cancellationToken)
    {
        while (await Console.In.ReadLineAsync(cancellationToken) is { } fault)
        {
            if (fault is "down")
                await broker.GoDownAsync();
            else if (fault is "up")
                await broker.GoUpAsync();
            else
                Terminal.Warn($"No such fault: {fault}");
            await Console.Out.WriteLineAsync(fault);
        }
    }

    static KafkaBroker Start(ParseResult parsed)
    {
        try
        {
            return EmbeddedBroker.Start(new EmbeddedBrokerOptions
            {
                Directory = parsed.GetValue(Data),
                Port = parsed.GetValue(Port),
                Partitions = parsed.GetValue(Partitions),
                Topics = [.. EmbeddedBrokerOptions.DefaultTopics, .. parsed.GetValue(MoreTopics) ?? []],
                Failed = (request, failure) => Terminal.Warn($"Failed at {request}: {failure}"),
            });
        }
        catch (System.ComponentModel.DataAnnotations.ValidationException e)
        {
            throw new CommandException("bad_option", e.Message, e);
        }
        catch (IOException e)
        {
            throw new CommandException("not_started", e.Message, e);
        }
    }
}
