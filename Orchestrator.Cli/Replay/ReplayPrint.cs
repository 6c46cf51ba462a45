using Orchestrator.Cli.Output;
using Orchestrator.Messaging.Replay;
using Spectre.Console;

namespace Orchestrator.Cli.Replay;

/// <summary>Replays as text.</summary>
static class ReplayPrint
{
    /// <summary>Where one stands, in a line.</summary>
    public static string Line(ReplayAnswer replay) => replay.Progress is not { } progress
        ? $"{replay.ReplayId} {replay.Shown}"
        : $"{replay.ReplayId} {replay.Shown}: {progress.Messages:N0} messages, {progress.Done:N0} of {progress.Total:N0} offsets" +
            (progress.PerSecond is { } rate ? $", {rate:N0}/s" : "") + (progress.EtaSeconds is { } eta ? $", {TimeSpan.FromSeconds(eta):c} left" : "") +
            (progress.Deleted > 0 ? $", {progress.Deleted:N0} deleted by retention" : "");

    /// <summary>All of one.</summary>
    public static void One(ReplayAnswer replay)
    {
        Console.Out.WriteLine(Line(replay));
        Console.Out.WriteLine($"{(replay.DryRun ? "plan of" : "of")} {replay.Topic} into {replay.Place ?? replay.Target}, for {replay.RequestedBy}: {replay.Reason}");
        if (replay.Error is { } error)
            Terminal.Warn($"It does not get on at present: {error}");
        if (replay.Failure is { } failure)
            Console.Out.WriteLine($"{failure.Code}: {failure.Detail}");
        if (replay.Plan is { } plan)
            Plan(plan);
        else if (replay.Progress is { } progress)
            Partitions(progress);
    }

    /// <summary>Several.</summary>
    public static void Table(IReadOnlyList<ReplayAnswer> replays)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumn("replay").AddColumn("state").AddColumn("topic").AddColumn("into").AddColumn(Right("messages")).AddColumn(Right("done")).AddColumn("by").AddColumn("reason");
        foreach (var r in replays)
        {
            table.AddRow(
                $"{r.ReplayId}", r.Shown.EscapeMarkup(), r.Topic.EscapeMarkup(), (r.DryRun ? "(plan)" : r.Place ?? r.Target).EscapeMarkup(), $"{r.Plan?.Messages ?? r.Progress?.Messages:N0}",
                r.Progress is { Total: > 0 } p ? $"{(double)p.Done / p.Total:P0}" : "", r.RequestedBy.EscapeMarkup(), r.Reason.EscapeMarkup());
        }
        Terminal.Out.Write(table);
    }

    static void Plan(ReplayPlan plan)
    {
        Console.Out.WriteLine($"{plan.Messages:N0} messages, {plan.Bytes:N0} bytes, {(plan.KeysAreExact ? "" : "at least ")}{plan.DistinctKeys:N0} keys");
        var types = new Table().Border(TableBorder.Rounded).AddColumn("type").AddColumn(Right("messages")).AddColumn(Right("bytes"));
        foreach (var t in plan.Types)
            types.AddRow(t.Type.EscapeMarkup(), $"{t.Messages:N0}", $"{t.Bytes:N0}");
        Terminal.Out.Write(types);
        var partitions = new Table().Border(TableBorder.Rounded)
            .AddColumn(Right("partition")).AddColumn(Right("messages")).AddColumn(Right("bytes")).AddColumn("offsets").AddColumn("first (UTC)").AddColumn("last (UTC)").AddColumn(Right("deleted"));
        foreach (var p in plan.Partitions)
        {
            partitions.AddRow(
                $"{p.Partition}", $"{p.Messages:N0}", $"{p.Bytes:N0}", p.FirstOffset is null ? "" : $"{p.FirstOffset} to {p.LastOffset}", Time(p.FirstAt), Time(p.LastAt), $"{p.Deleted:N0}");
        }
        Terminal.Out.Write(partitions);
    }

    static void Partitions(ReplayProgressAnswer progress)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumn(Right("partition")).AddColumn(Right("from")).AddColumn(Right("to")).AddColumn(Right("next")).AddColumn(Right("messages")).AddColumn(Right("deleted"));
        foreach (var p in progress.Partitions)
            table.AddRow($"{p.Partition}", $"{p.FromOffset}", $"{p.ToOffset}", $"{p.NextOffset}", $"{p.Messages:N0}", $"{p.Deleted:N0}");
        Terminal.Out.Write(table);
    }

    static string Time(DateTimeOffset? at) => at is { } time ? $"{time.UtcDateTime:yyyy-MM-dd HH:mm:ss}" : "";

    static TableColumn Right(string name) => new TableColumn(name).RightAligned();
}
