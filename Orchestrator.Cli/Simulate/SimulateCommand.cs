using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Figures;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Publishing;
using Orchestrator.Cli.Simulation;
using Orchestrator.Cli.Website;
using Orchestrator.Contracts;

namespace Orchestrator.Cli.Simulate;

/// <summary><c>orchestrator simulate</c>.</summary>
static class SimulateCommand
{
    static readonly Option<uint> Seed = new("--seed") { Description = "Which world; 0 is the Handbook's own" };
    static readonly Option<int> Customers = new("--customers") { Description = "How many customers", DefaultValueFactory = _ => 2_000 };
    static readonly Option<int> Terminals = new("--terminals") { Description = "How many terminals", DefaultValueFactory = _ => 4_000 };
    static readonly Option<int?> Days = new("--days") { Description = "How many simulated days [default: no end]" };
    static readonly Option<double?> Rate = new("--rate") { Description = "Messages a second, 0 for as fast as it goes [default: 50]" };
    static readonly Option<double?> SpeedUp = new("--speed-up") { Description = "Instead of a rate: how many times faster than the simulated clock" };
    static readonly Option<long?> Count = new("--count") { Description = "How many transactions [default: no end]" };
    static readonly Option<double> Duplicates = new("--duplicates") { Description = "The share that is sent twice, for instance 0.05" };
    static readonly Option<double> Reorder = new("--reorder") { Description = "The share that is sent after later ones, for instance 0.05" };
    static readonly Option<string> Currency = new("--currency") { Description = "Of all accounts and amounts", DefaultValueFactory = _ => "EUR" };

    static readonly Option<string> Clock = new Option<string>("--clock")
    {
        Description = "occurredAt: the simulated time, which keeps each customer's habits, or the time of publishing",
        DefaultValueFactory = _ => "simulated",
    }.AcceptOnlyFromAmong("simulated", "now");

    static readonly Option<DateTimeOffset?> Start = new("--start")
    {
        Description = "The instant of simulated day 0 [default: a Sunday some 183 days ago]",
    };

    static readonly Option<string?> Run = new("--run")
    {
        Description = "Names the run; the same seed and name give the same transaction ids [default: the time of the start]",
    };

    static readonly Option<string?> Labels = new("--labels") { Description = "Write which transactions are frauds to this CSV file; no message says it" };
    static readonly Option<long> HighAmount = new("--high-amount") { Description = "Scenario 1: amounts above this, in minor units, are fraud", DefaultValueFactory = _ => 22_000 };
    static readonly Option<int> BadTerminals = new("--bad-terminals") { Description = "Scenario 2: terminals compromised each day", DefaultValueFactory = _ => 2 };
    static readonly Option<int> BadCustomers = new("--bad-customers") { Description = "Scenario 3: customers compromised each day", DefaultValueFactory = _ => 3 };
    static readonly Option<int> BadFactor = new("--bad-factor") { Description = "Scenario 3: by how much their amounts grow", DefaultValueFactory = _ => 5 };
    static readonly Option<long> MaxLag = new("--max-lag") { Description = "Wait while the service lags by more messages than this; 0 for never", DefaultValueFactory = _ => 20_000 };
    static readonly Option<int?> Wait = new("--wait") { Description = "Seconds to wait for the service to be ready [default: 60 with --live, else 0]" };
    static readonly Option<bool> SkipAccounts = new("--skip-accounts") { Description = "The accounts are open already" };
    static readonly Option<bool> Live = new("--live") { Description = "Show live figures of the service, full screen" };
    static readonly Option<bool> Json = new("--json") { Description = "Print the summary as one line of JSON" };

    public static Command Create(ConnectionOptions connections, TimeProvider time)
    {
        var command = new Command(
            "simulate",
            "Open accounts and publish card transactions after the simulator of the Fraud Detection Handbook: customers and terminals on a " +
            "grid, amounts and times after each customer's habits, three kinds of fraud. With --activity, what visitors of a website do. Ends with --count, --days or Ctrl-C.")
        {
            Seed, Customers, Terminals, Days, Rate, SpeedUp, Count, Duplicates, Reorder, Currency, Clock, Start, Run, Labels,
            HighAmount, BadTerminals, BadCustomers, BadFactor, MaxLag, Wait, SkipAccounts, Live, Json,
        };
        WireFormatOption.AddTo(command);
        foreach (var option in WebsiteCommand.Options)
            command.Add(option);
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, connections, time, cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(ParseResult parsed, ConnectionOptions connections, TimeProvider time, CancellationToken cancellationToken)
    {
        var options = Options(parsed, time);
        if (WebsiteCommand.IsAskedFor(parsed))
            return await WebsiteCommand.RunAsync(parsed, Website(options, parsed, time), parsed.GetValue(Json), connections, time, cancellationToken);
        using var service = new ServiceClient(connections.Api(parsed));
        await using var publisher = new TransactionPublisher(connections.Kafka(parsed), time, connections.Writer(parsed, WireFormatOption.Of(parsed)));
        await using var gate = new LagGate(service, options.MaxLag, time);
        var run = new SimulateRun(options, publisher, gate, service, time);

        var running = run.RunAsync(cancellationToken);
        await LiveView.ShowAsync(running, new LiveFigures(run, gate, service.Api, options), full: parsed.GetValue(Live), time);
        var summary = await running;

        if (parsed.GetValue(Json))
            Terminal.Json(summary);
        else
            SimulateReport.Print(summary, publisher.FirstError);
        return summary.Failed > 0 ? CommandException.ExitCode : 0;
    }

    static SimulateOptions Options(ParseResult parsed, TimeProvider time)
    {
        var now = time.GetUtcNow();
        var options = new SimulateOptions
        {
            World = new HandbookParameters
            {
                Seed = parsed.GetValue(Seed),
                Customers = parsed.GetValue(Customers),
                Terminals = parsed.GetValue(Terminals),
                Days = parsed.GetValue(Days),
                HighAmountMinor = parsed.GetValue(HighAmount),
                TerminalsCompromisedPerDay = parsed.GetValue(BadTerminals),
                CustomersCompromisedPerDay = parsed.GetValue(BadCustomers),
                CustomerFraudFactor = parsed.GetValue(BadFactor),
            },
            Rate = parsed.GetValue(SpeedUp) is null ? parsed.GetValue(Rate) ?? 50 : null,
            SpeedUp = parsed.GetValue(SpeedUp),
            Count = parsed.GetValue(Count),
            Duplicates = parsed.GetValue(Duplicates),
            Reorder = parsed.GetValue(Reorder),
            Currency = parsed.GetRequiredValue(Currency),
            Run = parsed.GetValue(Run) ?? now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss.fff", CultureInfo.InvariantCulture),
            Origin = parsed.GetRequiredValue(Clock) == "simulated" ? parsed.GetValue(Start) ?? SimulatedTransactions.DefaultOrigin(now) : null,
            LabelsPath = parsed.GetValue(Labels),
            MaxLag = parsed.GetValue(MaxLag),
            Wait = TimeSpan.FromSeconds(parsed.GetValue(Wait) ?? (parsed.GetValue(Live) ? 60 : 0)),
            SkipAccounts = parsed.GetValue(SkipAccounts),
        };
        Check(options, ratesGiven: parsed.GetValue(Rate) is not null && parsed.GetValue(SpeedUp) is not null);
        return options;
    }

    // As fast as it goes, what is simulated runs ahead of the clock: it begins so long ago that it does not come from the future.
    static WebsiteOptions Website(SimulateOptions options, ParseResult parsed, TimeProvider time)
    {
        Require(options.SpeedUp is null, "--speed-up is not for --activity: visitors take the time they take");
        return new WebsiteOptions
        {
            Seed = options.World.Seed,
            Run = options.Run,
            Rate = options.Rate ?? 0,
            Count = options.Count,
            Customers = options.World.Customers,
            Duplicates = options.Duplicates,
            Reorder = options.Reorder,
            Origin = parsed.GetValue(Start) ?? (options.Rate > 0 ? time.GetUtcNow() : time.GetUtcNow() - WebsiteTraffic.TimeOf(options.Count)),
            Wait = options.Wait,
        };
    }

    static void Check(SimulateOptions options, bool ratesGiven)
    {
        Require(!ratesGiven, "--rate and --speed-up exclude each other");
        Require(options.Rate is null or (>= 0 and <= 1_000_000), "--rate: from 0 to 1000000");
        Require(options.SpeedUp is null or (> 0 and <= 1_000_000), "--speed-up: above 0, at most 1000000");
        Require(options.Count is null or >= 1, "--count: from 1");
        Require(options.Duplicates is >= 0 and <= 1, "--duplicates: from 0 to 1");
        Require(options.Reorder is >= 0 and <= 1, "--reorder: from 0 to 1");
        Require(options.MaxLag >= 0, "--max-lag: from 0");
        Require(options.Wait >= TimeSpan.Zero, "--wait: from 0");
        Require(Currencies.IsKnown(options.Currency), "--currency: an ISO 4217 code, upper case");
        try
        {
            options.World.Validate();
        }
        catch (ValidationException e)
        {
            throw new CommandException("bad_option", e.Message, e);
        }
    }

    static void Require(bool holds, string what)
    {
        if (!holds)
            throw new CommandException("bad_option", what);
    }
}
