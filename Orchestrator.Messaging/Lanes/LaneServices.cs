using Npgsql;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Kafka;
using Orchestrator.Messaging.Telemetry;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Lanes;

/// <summary>What every lane of this process shares.</summary>
/// <param name="Databases">Where state, positions, inbox, outbox, timers and parked messages are kept.</param>
/// <param name="Catalog">The messages that are known.</param>
/// <param name="Reader">Reads messages.</param>
/// <param name="Producer">Publishes them.</param>
/// <param name="Kafka">How to reach the cluster.</param>
/// <param name="Options">How lanes run.</param>
/// <param name="Time">The clock.</param>
/// <param name="Telemetry">What is counted.</param>
public sealed record LaneServices(
    LaneDatabase Databases,
    MessageCatalog Catalog,
    LaneMessageReader Reader,
    KafkaProducer Producer,
    KafkaOptions Kafka,
    MessagingOptions Options,
    TimeProvider Time,
    MessagingTelemetry Telemetry)
{
    /// <summary>For all but commits.</summary>
    public NpgsqlDataSource Database => Databases.Source;

    /// <summary>What no lane takes, since the database was restored; null when it was not. Known before any lane runs.</summary>
    internal ForgottenMessages? Forgotten { get; set; }

    /// <summary>How many units of work are decided at once. Beyond what the processors can serve, more of them only wait for each other.</summary>
    internal SemaphoreSlim UnitSlots { get; } = new(Options.ConcurrentUnits);

    /// <summary>Commits them. Units of the background do so apart, one transaction at a time: what somebody waits for does not wait for them.</summary>
    internal GroupCommit CommitOf(LaneGroup group) => group.IsBackground ? _background : _commit;

    readonly GroupCommit _commit = new(Databases.Commits, Options.MaxBatch, Options.ConcurrentCommits);

    readonly GroupCommit _background = new(Databases.Background, Options.MaxBatch, maxConcurrent: 1);
}
