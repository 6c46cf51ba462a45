using Npgsql;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Replay;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Ledger.Projections;

/// <summary>The ledger's projections as replays see them: a range of ledger-events folded by their code, into tables that are never served.</summary>
sealed class ReplayedProjections(IEnumerable<Projection> projections, MessageCatalog catalog, MessagingOptions messaging) : IReplayProjections
{
    /// <inheritdoc />
    public IReadOnlyList<IReplayProjection> All { get; } =
        [.. projections.Select(p => new Replayed(p, catalog.Of(typeof(LedgerEventRecorded)).Topic, messaging.Partitions))];

    sealed class Replayed(Projection projection, string topic, int partitions) : IReplayProjection
    {
        public string Name => projection.Name;

        public string Topic => topic;

        public string CreateSql(string schema) => projection.CreateSql(schema);

        public long? NumberOf(LaneMessage message, int partition)
        {
            if (message.Body is not LedgerEventRecorded e)
                return null;
            if (e.Lane != partition || e.LaneSequence is not { } number)
            {
                throw new ReplayException(
                    ReplayFailures.CannotFold,
                    $"{message.Origin.Topic}[{partition}]@{message.Origin.Offset} has no number in its lane: it is from before lanes had numbers, and nothing tells whether it comes twice. Begin behind it.");
            }
            return number;
        }

        public Task FoldAsync(NpgsqlConnection connection, string schema, IReadOnlyList<LaneMessage> messages, CancellationToken cancellationToken) =>
            GenerationBuild.FoldAsync(projection, connection, schema, partitions, [.. messages.Select(m => (LedgerEventRecorded)m.Body!)], cancellationToken);
    }
}
