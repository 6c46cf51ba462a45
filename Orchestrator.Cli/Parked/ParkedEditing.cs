using System.CommandLine;
using System.Text.Json;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;
using Orchestrator.Messaging.Parking;
using Spectre.Console;
using static Orchestrator.Cli.Parked.ParkedCommand;

namespace Orchestrator.Cli.Parked;

/// <summary>Edits parked messages, with four eyes.</summary>
static class ParkedEditing
{
    public static Command Propose(ConnectionOptions connections, TimeProvider time)
    {
        var (json, actor) = (JsonOption(), ActorOption());
        Argument<long> id = new("ID") { Description = "The parked message's id" };
        Argument<string> file = new("FILE") { Description = "The whole new body, JSON" };
        Option<string> reason = new("--reason") { Description = "Why", Required = true };
        Option<Guid?> editId = new("--id") { Description = "The proposal's id, to send it again; a new one when it is not said" };
        var command = new Command("propose", "Propose another body for a parked message; somebody else has to approve it") { id, file, reason, editId, actor, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = Api(parsed, connections, parsed.GetValue(actor));
            var payload = await ReadAsync(parsed.GetValue(file)!, cancellationToken);
            Print(await api.ProposeAsync(
                parsed.GetValue(id), payload, parsed.GetValue(reason)!, parsed.GetValue(editId) ?? Guid.CreateVersion7(time.GetUtcNow()), cancellationToken), parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    public static Command Edits(ConnectionOptions connections)
    {
        var json = JsonOption();
        Argument<Guid?> id = new("EDIT") { Description = "One edit with both bodies; all when it is not said", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> state = new("--state") { Description = "Only those that are proposed, approved, rejected, expired or lapsed" };
        var command = new Command("edits", "Edits of parked messages, the newest first") { id, state, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = Api(parsed, connections);
            if (parsed.GetValue(id) is { } editId)
            {
                var edit = await api.EditAsync(editId, cancellationToken);
                if (parsed.GetValue(json))
                    Terminal.Json(edit);
                else
                    ParkedCommand.Print(edit);
                return 0;
            }
            var answer = await api.EditsAsync(parsed.GetValue(state), cancellationToken);
            if (parsed.GetValue(json))
                Terminal.Json(answer);
            else
                Print(answer.Items);
            return 0;
        });
        return command;
    }

    public static Command Decide(string name, string description, bool approve, ConnectionOptions connections)
    {
        var (json, actor) = (JsonOption(), ActorOption());
        Argument<Guid> id = new("EDIT") { Description = "The edit's id" };
        Option<string> reason = new("--reason") { Description = "Why", Required = true };
        var command = new Command(name, description) { id, reason, actor, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = Api(parsed, connections, parsed.GetValue(actor));
            Print(await api.DecideAsync(parsed.GetValue(id), approve, parsed.GetValue(reason)!, cancellationToken), parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    static async Task<JsonElement> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
            throw new CommandException("file_not_found", $"There is no file {path}.");
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(await File.ReadAllBytesAsync(path, cancellationToken));
        }
        catch (JsonException e)
        {
            throw new CommandException("not_json", $"{path}: {e.Message}", e);
        }
    }

    static void Print(ParkedEdit edit, bool json)
    {
        if (json)
            Terminal.Json(edit);
        else
            Console.Out.WriteLine($"edit {edit.EditId} of {edit.ParkedId}: {edit.State}, proposed by {edit.ProposedBy}, to be approved before {At(edit.ExpiresAt)} UTC");
    }

    static void Print(IReadOnlyList<ParkedEdit> edits)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumn("edit").AddColumn(new TableColumn("of").RightAligned()).AddColumn("state").AddColumn("key").AddColumn("proposed by").AddColumn("until (UTC)")
            .AddColumn("decided by").AddColumn("why");
        foreach (var e in edits)
            table.AddRow($"{e.EditId}", $"{e.ParkedId}", Safe(e.State), Safe(e.Key), Safe(e.ProposedBy), At(e.ExpiresAt), Safe(e.DecidedBy), Safe(e.Reason));
        Terminal.Out.Write(table);
    }
}
