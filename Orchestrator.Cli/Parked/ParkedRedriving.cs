using System.CommandLine;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;
using Orchestrator.Messaging.Parking;
using Spectre.Console;
using static Orchestrator.Cli.Parked.ParkedCommand;

namespace Orchestrator.Cli.Parked;

/// <summary>Has parked messages taken again, or gives them up.</summary>
static class ParkedRedriving
{
    public static Command Redrive(ConnectionOptions connections, TimeProvider time)
    {
        var (json, which) = (JsonOption(), new ParkedOptions(search: false));
        var (ids, all) = Chosen();
        Option<int?> rate = new("--rate") { Description = "How many a second at most, 1 to 1,000; what waits behind them is counted with them" };
        Option<string?> at = new("--at") { Description = "When to begin, as in 2026-03-04T03:00:00Z; at once when it is not said" };
        Option<string?> reason = new("--reason") { Description = "Why; needed where a rate, a time or anything beside a group is said" };
        Option<Guid?> redriveId = new("--id") { Description = "The redrive's id, to send it again; a new one when it is not said" };
        var command = new Command("redrive", "Take parked messages again, each in its place among the messages of its key. Asking twice does nothing twice.")
        {
            ids, all, rate, at, reason, redriveId, json,
        };
        which.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = Api(parsed, connections);
            var (some, given) = (parsed.GetValue(ids) ?? [], which.Given(parsed));
            var group = given.GetValueOrDefault("group");
            if (parsed.GetValue(rate) is null && parsed.GetValue(at) is null && parsed.GetValue(reason) is null && given.Count == (group is null ? 0 : 1))
                return await ActAsync(api, ParkedRequest.Redrive, some, group, parsed.GetValue(all), parsed.GetValue(json), cancellationToken);
            if (some.Length > 1)
                throw new CommandException("bad_option", "Give one id, or what they have in common: those of a redrive are taken in their own order.");
            Print(
                [
                    await api.RedriveAsync(
                        new
                        {
                            reason = parsed.GetValue(reason) ?? throw new CommandException("bad_option", "Give a --reason: it is kept with the redrive."),
                            which = given.Count > 0 ? given : null,
                            parkedId = some is [var one] ? one : (long?)null,
                            all = parsed.GetValue(all),
                            ratePerSecond = parsed.GetValue(rate),
                            at = parsed.GetValue(at),
                            redriveId = parsed.GetValue(redriveId) ?? Guid.CreateVersion7(time.GetUtcNow()),
                        },
                        cancellationToken),
                ],
                parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    public static Command Discard(ConnectionOptions connections)
    {
        var json = JsonOption();
        var (ids, all) = Chosen();
        Option<string?> group = new("--group") { Description = "All of this cause, see: parked groups" };
        var command = new Command("discard", "Give parked messages up; what waits behind them goes on. Asking twice does nothing twice.") { ids, group, all, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = Api(parsed, connections);
            return await ActAsync(api, ParkedRequest.Discard, parsed.GetValue(ids) ?? [], parsed.GetValue(group), parsed.GetValue(all), parsed.GetValue(json), cancellationToken);
        });
        return command;
    }

    public static Command Redrives(ConnectionOptions connections)
    {
        var json = JsonOption();
        Argument<Guid?> id = new("REDRIVE") { Description = "One redrive; all when it is not said", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> cancel = new("--cancel") { Description = "Cancel it: nothing more is asked for" };
        var command = new Command("redrives", "Redrives at a rate or at a time, the newest first, each with how far it is") { id, cancel, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = Api(parsed, connections);
            IReadOnlyList<Redrive> redrives = (parsed.GetValue(id), parsed.GetValue(cancel)) switch
            {
                ({ } one, true) => [await api.CancelAsync(one, cancellationToken)],
                ({ } one, false) => [await api.RedriveAsync(one, cancellationToken)],
                (null, true) => throw new CommandException("bad_option", "Say which redrive to cancel."),
                _ => (await api.RedrivesAsync(cancellationToken)).Items,
            };
            Print(redrives, parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    static (Argument<long[]> Ids, Option<bool> All) Chosen() => (
        new("ID") { Description = "Parked messages by their ids", Arity = ArgumentArity.ZeroOrMore },
        new("--all") { Description = "All of every cause" });

    static async Task<int> ActAsync(ParkedApi api, ParkedRequest request, long[] ids, string? group, bool all, bool json, CancellationToken cancellationToken)
    {
        var count = (ids, group, all) switch
        {
            ({ Length: > 0 } some, null, false) => await EachAsync(some, id => api.OneAsync(id, request, cancellationToken)),
            ([], { } one, false) => (await api.GroupAsync(one, request, cancellationToken)).Count,
            ([], null, true) => await EachAsync(
                (await api.GroupsAsync(cancellationToken)).Items.Select(g => g.CauseId), cause => api.GroupAsync(cause, request, cancellationToken)),
            _ => throw new CommandException("bad_option", "Give ids, or --group, or --all."),
        };
        var name = request == ParkedRequest.Redrive ? "redrive" : "discard";
        if (json)
            Terminal.Json(new { requested = name, count });
        else
            Console.Out.WriteLine($"{name}: asked for {count:N0}; their lanes do it shortly, in order.");
        return 0;
    }

    static async Task<long> EachAsync<T>(IEnumerable<T> items, Func<T, Task<ParkedCount>> ask)
    {
        long count = 0;
        foreach (var item in items)
            count += (await ask(item)).Count;
        return count;
    }

    static void Print(IReadOnlyList<Redrive> redrives, bool json)
    {
        if (json)
        {
            Terminal.Json(redrives is [var one] ? one : (object)new { items = redrives });
            return;
        }
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumn("redrive").AddColumn("state").AddColumn("begins (UTC)").AddColumn(new TableColumn("a second").RightAligned())
            .AddColumn(new TableColumn("total").RightAligned()).AddColumn(new TableColumn("asked for").RightAligned()).AddColumn(new TableColumn("waiting").RightAligned())
            .AddColumn(new TableColumn("taken").RightAligned()).AddColumn(new TableColumn("failed").RightAligned()).AddColumn("by").AddColumn("why");
        foreach (var r in redrives)
        {
            var p = r.Progress;
            table.AddRow(
                $"{r.RedriveId}", Safe(r.State), At(r.At), $"{r.RatePerSecond}", $"{p.Total}", $"{p.Requested}", $"{p.Waiting}", $"{p.Taken}", $"{p.Failed}", Safe(r.Actor),
                Safe(r.Reason));
        }
        Terminal.Out.Write(table);
    }
}
