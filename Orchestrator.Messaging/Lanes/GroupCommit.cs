using Npgsql;

namespace Orchestrator.Messaging.Lanes;

/// <summary>
/// Group commit: units of different lanes that are ready at the same time share a transaction, so that a quiet system does not pay for one each.
/// While a transaction is under way others wait for it and go together; more run at once only when full batches wait. Each unit still takes effect
/// whole or not at all, and one that is at fault fails alone: what they shared is rolled back, and each then commits by itself.
/// </summary>
/// <param name="database">Where to commit.</param>
/// <param name="maxMessages">The most messages that one transaction takes up; a unit that has more goes alone.</param>
/// <param name="maxConcurrent">The most transactions at once.</param>
internal sealed class GroupCommit(NpgsqlDataSource database, int maxMessages, int maxConcurrent)
{
    readonly Lock _lock = new();
    readonly Queue<Waiting> _waiting = new();
    int _waitingMessages;
    int _running;

    /// <summary>Commits <paramref name="unit"/>, or throws and nothing of it is written.</summary>
    /// <exception cref="LaneFencedException">The lane has another owner.</exception>
    /// <exception cref="DuplicateIdsException">Some ids took effect before.</exception>
    /// <exception cref="LostRaceException">A write affected another number of rows than it must.</exception>
    /// <exception cref="OperationCanceledException">It was not committed if it had not begun; else nobody knows, and it may yet be.</exception>
    public Task CommitAsync(UnitCommit unit, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(unit, cancellationToken);
        lock (_lock)
        {
            _waiting.Enqueue(waiting);
            _waitingMessages += unit.Messages;
            if (_running == 0 || (_running < maxConcurrent && _waitingMessages >= maxMessages))
            {
                _running++;
                _ = Task.Run(RunAsync, CancellationToken.None);
            }
        }
        return waiting.Done.Task.WaitAsync(cancellationToken);
    }

    async Task RunAsync()
    {
        while (Take() is { Count: > 0 } together)
            await CommitAsync(together);
    }

    List<Waiting> Take()
    {
        var together = new List<Waiting>();
        var messages = 0;
        lock (_lock)
        {
            while (_waiting.TryPeek(out var next) && (together.Count == 0 || messages + next.Unit.Messages <= maxMessages))
            {
                _waiting.Dequeue();
                _waitingMessages -= next.Unit.Messages;
                if (next.Stopped.IsCancellationRequested)
                    continue;
                messages += next.Unit.Messages;
                together.Add(next);
            }
            if (together.Count == 0)
                _running--;
        }
        return together;
    }

    async Task CommitAsync(List<Waiting> together)
    {
        try
        {
            using var stopped = new AllStopped(together);
            await CommitStatements.ExecuteAsync(together.ConvertAll(w => w.Unit), database, stopped.Token);
            foreach (var one in together)
                one.Done.TrySetResult();
        }
        catch (Exception e) when (together.Count == 1 || !IsRolledBack(e))
        {
            // It may have been committed all the same: each lane looks at its positions before it goes on.
            foreach (var one in together)
                one.Done.TrySetException(e);
        }
        catch (Exception)
        {
            foreach (var one in together)
                await CommitAsync([one]);
        }
    }

    // Only then may it be tried again from here: by the server's own word, or because it was not asked to commit. Of a server that goes down, a
    // connection that breaks and an answer that does not come, nobody knows. What is wrong with one unit may look like the system's fault, too: a
    // table that is missing, a lock that was not had in time.
    static bool IsRolledBack(Exception e) => !Failures.IsTransient(e) || e is PostgresException { InvariantSeverity: "ERROR" };

    sealed record Waiting(UnitCommit Unit, CancellationToken Stopped)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Nobody's stop may take the others' commit away: it is given up when all that share it have stopped.</summary>
    sealed class AllStopped : IDisposable
    {
        readonly CancellationTokenSource _source = new();
        readonly List<CancellationTokenRegistration> _registrations;
        int _left;

        public AllStopped(List<Waiting> together)
        {
            _left = together.Count;
            _registrations = together.ConvertAll(w => w.Stopped.UnsafeRegister(static all => ((AllStopped)all!).OneStopped(), this));
        }

        public CancellationToken Token => _source.Token;

        public void Dispose()
        {
            foreach (var registration in _registrations)
                registration.Dispose();
            _source.Dispose();
        }

        void OneStopped()
        {
            if (Interlocked.Decrement(ref _left) == 0)
                _source.Cancel();
        }
    }
}
