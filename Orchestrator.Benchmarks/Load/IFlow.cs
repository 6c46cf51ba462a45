using Orchestrator.Messaging.Wire;

namespace Orchestrator.Benchmarks.Load;

/// <summary>What the generator submits, and how it learns of the end. Transactions are numbered from zero.</summary>
interface IFlow
{
    /// <summary>Where ends are announced.</summary>
    string EndsTopic { get; }

    /// <summary>The submission of transaction <paramref name="sequence"/>, with a key that falls into <paramref name="partition"/>.</summary>
    OutgoingMessage Submit(long sequence, int partition, DateTimeOffset now);

    /// <summary>Reads an announcement; null when it is none of an end.</summary>
    TransactionEnd? ReadEnd(Confluent.Kafka.Message<byte[], byte[]> message);
}

/// <summary>That a transaction has ended.</summary>
readonly record struct TransactionEnd(long Sequence, bool Completed);
