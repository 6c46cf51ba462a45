using Npgsql;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Outbox;

/// <summary>
/// How a request over HTTP publishes: <see cref="AddAsync"/> in the request's transaction, then <see cref="PublishAsync"/> after its commit.
/// If the process dies between the two, another publishes what was added.
/// </summary>
public interface IEdgeOutbox
{
    /// <summary>Keeps messages for publishing, within the caller's transaction.</summary>
    /// <param name="connection">The transaction's connection.</param>
    /// <param name="transaction">The caller's transaction; nothing is published unless it commits.</param>
    /// <param name="messages">What to publish, in order.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<EdgeReceipt> AddAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken);

    /// <summary>Hands the messages to the broker's client; call it after the commit. It does not wait for the acknowledgement.</summary>
    Task PublishAsync(EdgeReceipt receipt, CancellationToken cancellationToken);
}

/// <summary>Messages that are kept and may be published once their transaction has committed.</summary>
/// <param name="Id">The row.</param>
/// <param name="Messages">The messages.</param>
public sealed record EdgeReceipt(Guid Id, IReadOnlyList<OutgoingMessage> Messages);
