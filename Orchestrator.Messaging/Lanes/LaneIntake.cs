using Confluent.Kafka;
using Orchestrator.Messaging.Wire;
using Orchestrator.Messaging.Wire.Formats;

namespace Orchestrator.Messaging.Lanes;

/// <summary>
/// Reads what a lane's inbox holds. A message whose schema has to be fetched from a registry that is away is not lost: it waits here, and all behind it. One lane's loop uses it.
/// </summary>
/// <param name="inbox">Holds what has arrived.</param>
/// <param name="taken">Tells what the group takes.</param>
/// <param name="reader">Reads messages.</param>
internal sealed class LaneIntake(LaneInbox inbox, TakenTypes taken, LaneMessageReader reader)
{
    readonly Queue<ConsumeResult<byte[], byte[]>> _arrived = new();

    /// <summary>Whether there is something to be read.</summary>
    public bool Any => _arrived.Count > 0 || inbox.Count > 0;

    /// <summary>Reads what is there, in order; never waits for more.</summary>
    /// <param name="pending">Gets the messages.</param>
    /// <param name="most">How many are taken from the inbox at once.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RegistryAwayException">A schema is needed, nothing stands before its message, and the registry does not answer.</exception>
    public async Task TakeAsync(Queue<LaneMessage> pending, int most, CancellationToken cancellationToken)
    {
        if (_arrived.Count == 0)
        {
            foreach (var result in inbox.Take(most))
                _arrived.Enqueue(result);
        }
        try
        {
            while (_arrived.TryPeek(out var next))
            {
                pending.Enqueue(await ReadAsync(next, cancellationToken));
                _arrived.Dequeue();
            }
        }
        catch (RegistryAwayException) when (pending.Count > 0)
        {
            // What came before it goes first.
        }
    }

    ValueTask<LaneMessage> ReadAsync(ConsumeResult<byte[], byte[]> result, CancellationToken cancellationToken) =>
        taken.IsPassedOver(result) ? new(LaneMessage.PassedOver(result.Topic, result.Offset.Value))
        : ConfluentFrame.Is(result.Message.Value) ? FramedAsync(result, cancellationToken)
        : new(reader.Read(result));

    async ValueTask<LaneMessage> FramedAsync(ConsumeResult<byte[], byte[]> result, CancellationToken cancellationToken)
    {
        await reader.PrepareAsync(result.Message.Value, cancellationToken);
        return reader.Read(result);
    }

    /// <summary>Forgets what was read, before reading anew from another position.</summary>
    public void Clear()
    {
        _arrived.Clear();
        inbox.FindPosition();
    }
}
