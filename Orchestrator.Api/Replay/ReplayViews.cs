using Orchestrator.Api.Security;
using Orchestrator.Messaging.Replay;

namespace Orchestrator.Api.Replay;

/// <summary>Replays as they are shown: most topics are keyed by accounts, which those who do not see accounts do not see here either.</summary>
static class ReplayViews
{
    /// <summary>One of them.</summary>
    public static ReplayJobView Of(ReplayJob job, IReadOnlyList<ReplayAuditEntry>? audit = null)
    {
        var order = job.Order;
        return new ReplayJobView(
            job.Id, job.State, order.DryRun, order.Topic,
            order.Target.Kind == ReplayTargetKind.Topic ? StartReplayRequest.TopicTarget : $"{StartReplayRequest.ProjectionTarget}{order.Target.Name}",
            order.DryRun ? null : job.Place, Scope(order), job.RequestedBy, job.Reason, job.RequestedAt, job.StartedAt, job.EndedAt, job.ExpiresAt, job.DroppedAt, job.CancelRequested,
            job.PauseRequested, job.Partitions.Count == 0 ? null : Progress(job), job.Plan, job.Failure, job.Error, audit);
    }

    static ReplayScope Scope(ReplayOrder order) => new(
        order.Partitions, order.From?.Offset, order.To?.Offset, order.From?.Time, order.To?.Time, order.Filter.Types, order.Filter.Keys?.Select(k => Masking.Of(k)!).ToList(),
        order.Filter.Headers?.ToDictionary(h => h.Key, h => Masking.Of(h.Value)!, StringComparer.Ordinal), order.RatePerSecond, order.MaxMessages, order.AllowGaps, order.KeepHours);

    static ReplayProgressView Progress(ReplayJob job)
    {
        var partitions = job.Partitions.Select(p => new ReplayPartitionView(
            p.Partition, p.First, p.End, p.Position, p.Taken, p.Position - p.First, p.End - p.First, p.Deleted)).ToList();
        var (done, total) = (partitions.Sum(p => p.Done), partitions.Sum(p => p.Total));
        long? eta = job.State == ReplayState.Running && job.RatePerSecond is > 0 and var rate ? (long)Math.Ceiling((total - done) / rate) : null;
        return new ReplayProgressView(
            job.Partitions.Sum(p => p.Taken), job.Partitions.Sum(p => p.Bytes), done, total, job.RatePerSecond is { } pace ? Math.Round(pace, 1) : null, eta,
            job.Partitions.Sum(p => p.Deleted), job.ProgressAt, partitions);
    }
}
