using System.Threading.Channels;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Api.Problems;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Api.Security.Audit;

/// <summary>
/// Stores who has read what, before they have it. Those who read at the same time share a commit: while one is on its way the next ones gather. What cannot be stored
/// is not answered.
/// </summary>
public sealed partial class AccessLog(NpgsqlDataSource database, TimeProvider time, ILogger<AccessLog> logger) : BackgroundService
{
    const int MostWaiting = 4_096;
    const int MostAtOnce = 500;

    // Neither roles nor accounts have blanks in them.
    const char Between = ' ';

    const string Insert = """
        insert into audit.access (access_id, at, actor, roles, operation, subject, accounts, address, status)
        select i.access_id, i.at, i.actor, string_to_array(i.roles, ' '), i.operation, i.subject, string_to_array(i.accounts, ' '), i.address, i.status
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) as i (access_id, at, actor, roles, operation, subject, accounts, address, status)
        """;

    static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    readonly Channel<Waiting> _waiting = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    /// <summary>Returns once it is stored.</summary>
    /// <exception cref="ApiProblemException"><c>audit_unavailable</c>: it is not, and whoever asks must not have what they asked for.</exception>
    public async Task StoreAsync(AccessRecord record, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(record);
        if (!_waiting.Writer.TryWrite(waiting))
            throw new ApiProblemException(ProblemKinds.AuditUnavailable, "too many wait already");
        try
        {
            await waiting.Stored.Task.WaitAsync(Longest, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new ApiProblemException(ProblemKinds.AuditUnavailable);
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var some = new List<Waiting>(MostAtOnce);
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
            {
                some.Clear();
                while (some.Count < MostAtOnce && _waiting.Reader.TryRead(out var next))
                    some.Add(next);
                await StoreAsync(some);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server has stopped before: nobody waits any more.
        }
    }

    async Task StoreAsync(List<Waiting> some)
    {
        try
        {
            await using var command = database.CreateCommand(Insert);
            command.CommandTimeout = (int)Longest.TotalSeconds;
            command.Parameters.Add(PgArray.Column(some, NpgsqlDbType.Uuid, w => w.Record.AccessId));
            command.Parameters.Add(PgArray.Column(some, NpgsqlDbType.TimestampTz, w => w.Record.At));
            command.Parameters.Add(PgArray.Column(some, NpgsqlDbType.Text, w => w.Record.Actor));
            command.Parameters.Add(PgArray.Column(some, NpgsqlDbType.Text, w => string.Join(Between, w.Record.Roles)));
            command.Parameters.Add(PgArray.Column(some, NpgsqlDbType.Text, w => w.Record.Operation));
            command.Parameters.Add(PgArray.Column(some, NpgsqlDbType.Text, w => w.Record.Subject));
            command.Parameters.Add(PgArray.Column(some, NpgsqlDbType.Text, w => string.Join(Between, w.Record.Accounts)));
            command.Parameters.Add(PgArray.Column(some, NpgsqlDbType.Text, w => w.Record.Address));
            command.Parameters.Add(PgArray.Column(some, NpgsqlDbType.Smallint, w => (short)w.Record.Status));
            await command.ExecuteNonQueryAsync(CancellationToken.None);
            foreach (var stored in some)
                stored.Stored.TrySetResult();
        }
        catch (Exception e)
        {
            NotStored(logger, some.Count, e);
            foreach (var refused in some)
                refused.Stored.TrySetException(new ApiProblemException(ProblemKinds.AuditUnavailable));
        }
    }

    [LoggerMessage(LogLevel.Error, "{Count} reads could not be recorded, and are refused")]
    static partial void NotStored(ILogger logger, int count, Exception exception);

    sealed record Waiting(AccessRecord Record)
    {
        public TaskCompletionSource Stored { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
