using Npgsql;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Outbox;

/// <summary>
/// Publishes what comes from outside any lane, over HTTP for instance, without losing or inventing anything: messages are stored in the
/// caller's own transaction and sent after its commit. A process that dies in between leaves them to any other.
/// </summary>
public interface IEdgeOutbox
{
    /// <summary>Stores <paramref name="messages"/> in <paramref name="transaction"/>. Nothing is sent unless it commits.</summary>
    /// <param name="connection">The caller's connection.</param>
    /// <param name="transaction">The caller's transaction on it.</param>
    /// <param name="messages">In the order in which they are to be sent.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    Task PublishAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken);

    /// <summary>
    /// Call after the commit: what is committed goes out now rather than at the next look. Returns without waiting for the broker; a broker
    /// that is down is no error here, for what is stored is sent when it is back.
    /// </summary>
    Task FlushAsync();
}
