using Npgsql;

namespace Orchestrator.Messaging.Replay;

/// <summary>What a range is replayed into, for one run.</summary>
internal abstract class ReplaySink : IAsyncDisposable
{
    /// <summary>Makes what is needed, and brings the partitions to where what is there shows them to be.</summary>
    public virtual Task OpenAsync(IReadOnlyList<PartitionCourse> courses, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Takes a message, before its partition moves on.</summary>
    public abstract ValueTask TakeAsync(PartitionCourse course, ScannedMessage message, CancellationToken cancellationToken);

    /// <summary>Whether as much is under way as may be: progress is to be written down before more is taken.</summary>
    public virtual bool IsFull => false;

    /// <summary>Waits until what was taken is safe, before it is written down that it was.</summary>
    public virtual Task SettleAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>What goes into the transaction that writes progress down.</summary>
    public virtual Task CommitAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>What it has counted; null where it does not count.</summary>
    public virtual ReplayPlan? Plan(IReadOnlyList<PartitionCourse> courses) => null;

    /// <summary>Nothing that was taken and is not safe takes effect after this.</summary>
    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
