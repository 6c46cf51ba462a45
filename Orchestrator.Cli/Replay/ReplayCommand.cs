using System.CommandLine;
using System.Text.Json;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;

namespace Orchestrator.Cli.Replay;

/// <summary><c>orchestrator replay</c>.</summary>
static class ReplayCommand
{
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    public static Command Create(ConnectionOptions connections, TimeProvider time) =>
        new("replay", "Read a bounded range of a topic again, into a topic or tables of its own; nothing that is live is touched. Through the HTTP API.")
        {
            Ask("plan", "Count what a replay would take: messages, bytes, types, keys, times, and what retention has deleted. Nothing is made.", dryRun: true, connections, time),
            Ask("start", "Start a replay", dryRun: false, connections, time),
            List(connections),
            Show(connections),
            Change("pause", "Pause a replay; it goes on where it stopped", connections),
            Change("resume", "Go on with a paused replay", connections),
            Change("cancel", "Cancel a replay; what it had made is kept for its time", connections),
            Change("drop", "Drop what a replay that has ended has made, before its time", connections),
        };

    static Option<bool> JsonOption() => new("--json") { Description = "Print the answer as one line of JSON" };

    static Argument<Guid> IdArgument() => new("ID") { Description = "The replay's id" };

    static Command Ask(string name, string description, bool dryRun, ConnectionOptions connections, TimeProvider time)
    {
        var (scope, json) = (new ReplayScopeOptions(), JsonOption());
        Option<bool> noWait = new("--no-wait") { Description = "Print its id and do not follow it; it goes on by itself either way" };
        var command = new Command(name, description) { noWait, json };
        scope.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new ReplaysApi(connections.Api(parsed));
            var answer = await api.StartAsync(scope.Read(parsed, dryRun, time), cancellationToken);
            if (!parsed.GetValue(noWait))
                answer = await FollowAsync(api, ReplaysApi.Read(answer).ReplayId, time, cancellationToken);
            Print(answer, parsed.GetValue(json));
            return ReplaysApi.Read(answer) is { State: "failed" or "cancelled" } ? CommandException.ExitCode : 0;
        });
        return command;
    }

    static Command List(ConnectionOptions connections)
    {
        var json = JsonOption();
        Option<int> limit = new("--limit") { Description = "How many at most, 1 to 200", DefaultValueFactory = _ => 50 };
        var command = new Command("list", "Replays, the newest first") { limit, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new ReplaysApi(connections.Api(parsed));
            var answer = await api.ListAsync(parsed.GetValue(limit), cancellationToken);
            if (parsed.GetValue(json))
                Terminal.Json(answer);
            else
                ReplayPrint.Table([.. answer.GetProperty("items").EnumerateArray().Select(ReplaysApi.Read)]);
            return 0;
        });
        return command;
    }

    static Command Show(ConnectionOptions connections)
    {
        var (id, json) = (IdArgument(), JsonOption());
        var command = new Command("show", "One replay: where it stands, how far it is by partition, what was counted") { id, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new ReplaysApi(connections.Api(parsed));
            Print(await api.FindAsync(parsed.GetValue(id), cancellationToken), parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    static Command Change(string name, string description, ConnectionOptions connections)
    {
        var (id, json) = (IdArgument(), JsonOption());
        var command = new Command(name, description) { id, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new ReplaysApi(connections.Api(parsed));
            Print(await api.ChangeAsync(parsed.GetValue(id), name, cancellationToken), parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    // Ctrl-C ends the following, not the replay.
    static async Task<JsonElement> FollowAsync(ReplaysApi api, Guid id, TimeProvider time, CancellationToken cancellationToken)
    {
        string? noted = null;
        while (true)
        {
            var answer = await api.FindAsync(id, cancellationToken);
            var replay = ReplaysApi.Read(answer);
            if (replay.HasEnded || replay.State is "paused")
                return answer;
            var note = ReplayPrint.Line(replay);
            if (!string.Equals(note, noted, StringComparison.Ordinal))
                Terminal.Note(note);
            noted = note;
            await Task.Delay(Look, time, cancellationToken);
        }
    }

    static void Print(JsonElement answer, bool asJson)
    {
        if (asJson)
            Terminal.Json(answer);
        else
            ReplayPrint.One(ReplaysApi.Read(answer));
    }
}
