using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Timers;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Tests.Messaging;

/// <summary>
/// Writes a row for every message that takes effect and publishes an alert for it, so that a test can count effects and announcements.
/// What a message asks for stands in its metadata: <c>fail</c>, <c>violate</c> (the name of an invariant), <c>timer</c> (milliseconds), <c>kind</c> (of its row), <c>guess</c> (wrongly, where a guess is allowed).
/// </summary>
public sealed class RecordingProcessor(LaneId lane, RecordingProcessor.Behaviour behaviour) : LaneProcessor
{
    readonly List<(string Key, Guid Id, string Kind, int Lane)> _effects = [];
    bool _mayGuess;
    bool _guessed;

    /// <summary>What a test changes while lanes run.</summary>
    public sealed class Behaviour
    {
        /// <summary>Whether messages that ask to fail do.</summary>
        public bool Failing { get; set; } = true;

        /// <summary>How often messages were handled, those of units that did not commit included.</summary>
        public int Handled => _handled;

        internal void Count() => Interlocked.Increment(ref _handled);

        int _handled;

        /// <summary>Which of the messages that ask to fail do, while <see cref="Failing"/>.</summary>
        public Func<TransactionSubmitted, bool> Fails { get; set; } = _ => true;

        /// <summary>Awaited for every message.</summary>
        public Func<Task> Gate { get; set; } = () => Task.CompletedTask;
    }

    public override bool Guessed => _guessed;

    public override ValueTask PrepareAsync(IReadOnlyList<LaneMessage> messages, CancellationToken cancellationToken)
    {
        _guessed = _mayGuess && messages.Any(m => m.Body is TransactionSubmitted { Metadata: { } metadata } && metadata.ContainsKey("guess"));
        return ValueTask.CompletedTask;
    }

    public override async ValueTask HandleAsync(LaneMessage message, UnitOfWork work, CancellationToken cancellationToken)
    {
        await behaviour.Gate();
        behaviour.Count();
        if (message.Body is TransactionCancelled cancelled)
        {
            _effects.Add((message.Key, cancelled.TransactionId, "timer", lane.Partition));
            return;
        }
        var transaction = (TransactionSubmitted)message.Body!;
        if (behaviour.Failing && transaction.Metadata?.TryGetValue("violate", out var invariant) == true)
            throw new InvariantViolatedException(invariant);
        if (transaction.Metadata?.ContainsKey("fail") == true && behaviour.Failing && behaviour.Fails(transaction))
            throw new InvalidOperationException("asked to fail");
        _effects.Add((message.Key, transaction.TransactionId, transaction.Metadata?.GetValueOrDefault("kind") ?? "message", lane.Partition));
        if (transaction.Metadata?.TryGetValue("timer", out var after) == true)
        {
            var reminder = new TransactionCancelled(transaction.TransactionId, transaction.SourceAccountId, work.Now);
            work.Schedule(new TimerEntry(transaction.TransactionId, work.Now.AddMilliseconds(int.Parse(after)), OutgoingMessage.Of(
                work.Catalog.Of(typeof(TransactionCancelled)), reminder, Guid.CreateVersion7(work.Now), work.Lane.Source, work.Now)));
        }
        if (transaction.Metadata?.TryGetValue("cancel-timer", out var timer) == true)
            work.CancelTimer(Guid.Parse(timer));
        work.Publish(new AlertRaised(transaction.TransactionId, transaction.SourceAccountId, "recorded", 0, [], work.Now), transaction.TransactionId);
    }

    public override void Complete(UnitOfWork work)
    {
        if (_guessed)
            work.Write(new NpgsqlBatchCommand("select 1"), expectedRows: 0);
        work.WriteRows(new NpgsqlBatchCommand(
            "insert into effect (key, id, kind, lane) select key, id, kind, lane from unnest($1, $2, $3, $4) with ordinality as t (key, id, kind, lane, n) order by n")
        {
            Parameters =
            {
                new() { Value = _effects.Select(e => e.Key).ToArray() },
                new() { Value = _effects.Select(e => e.Id).ToArray() },
                new() { Value = _effects.Select(e => e.Kind).ToArray() },
                new() { Value = _effects.Select(e => e.Lane).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
            },
        }, _effects.Count);
    }

    public override void Committed()
    {
        _mayGuess = true;
        _effects.Clear();
    }

    public override void RolledBack()
    {
        _mayGuess = false;
        _effects.Clear();
    }
}
