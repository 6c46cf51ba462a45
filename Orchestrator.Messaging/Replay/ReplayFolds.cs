using Npgsql;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Rows;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Replay;

/// <summary>Folds a range into a schema of its own, each batch in one transaction with the position behind it: exactly once, whatever dies when.</summary>
internal sealed class ReplayFolds(ReplayClaim claim, IReplayProjection projection, LaneMessageReader reader, ReplayOptions options) : ReplaySink
{
    readonly List<LaneMessage> _messages = [];
    int _taken;

    string Schema => ReplayJob.SchemaOf(claim.Job.Number);

    /// <inheritdoc />
    public override bool IsFull => _taken >= options.MaxUnderWay;

    /// <inheritdoc />
    public override ValueTask TakeAsync(PartitionCourse course, ScannedMessage message, CancellationToken cancellationToken)
    {
        _taken++;
        var read = reader.Read(message.Result);
        if (read.Fault is { } fault)
            throw new ReplayException(ReplayFailures.CannotFold, $"{message.Result.TopicPartitionOffset} cannot be read: {fault.Message}");
        if (projection.NumberOf(read, course.Partition) is not { } number || number <= course.Mark)
            return ValueTask.CompletedTask;
        course.Mark = number;
        _messages.Add(read);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public override async Task CommitAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await EnsureAsync(connection, cancellationToken);
        if (_messages.Count > 0)
            await FoldAsync(connection, cancellationToken);
        // Should the commit fail, the run begins anew from what is stored.
        _messages.Clear();
        _taken = 0;
    }

    async Task EnsureAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var exists = new NpgsqlCommand("select to_regnamespace($1) is not null", connection) { Parameters = { Statements.Of(Schema) } };
        if (await exists.ExecuteScalarAsync(cancellationToken) is not true)
            await Statements.ExecuteAsync(connection, $"create schema {Schema}; {projection.CreateSql(Schema)}", cancellationToken);
    }

    async Task FoldAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await projection.FoldAsync(connection, Schema, _messages, cancellationToken);
        }
        catch (PostgresException e) when (!Failures.IsTransient(e))
        {
            throw new ReplayException(ReplayFailures.CannotFold, $"{projection.Name} cannot be folded from this range: {e.MessageText}", e);
        }
    }
}
