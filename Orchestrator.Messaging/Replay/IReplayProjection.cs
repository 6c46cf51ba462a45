using Npgsql;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Messaging.Replay;

/// <summary>A read model that a range of its topic can be folded into, in a schema of its own: nobody reads it but who asked for it.</summary>
public interface IReplayProjection
{
    /// <summary>Its stable name.</summary>
    string Name { get; }

    /// <summary>The topic that it folds, by its actual name.</summary>
    string Topic { get; }

    /// <summary>SQL that makes its tables in <paramref name="schema"/>, which exists and is empty.</summary>
    string CreateSql(string schema);

    /// <summary>The number of a message within its partition, which rises by the order of events: what comes a second time has a number that was there.</summary>
    /// <returns>Null when it is none of those that are folded.</returns>
    /// <exception cref="ReplayException"><see cref="ReplayFailures.CannotFold"/>: it should be folded, and cannot be.</exception>
    long? NumberOf(LaneMessage message, int partition);

    /// <summary>Folds messages, each once and those of a partition in their order, in the connection's transaction.</summary>
    Task FoldAsync(NpgsqlConnection connection, string schema, IReadOnlyList<LaneMessage> messages, CancellationToken cancellationToken);
}

/// <summary>Every projection that a range can be folded into.</summary>
public interface IReplayProjections
{
    /// <summary>All of them.</summary>
    IReadOnlyList<IReplayProjection> All { get; }
}
