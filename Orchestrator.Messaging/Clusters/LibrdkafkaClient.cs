using System.Text;
using Confluent.Kafka;

namespace Orchestrator.Messaging.Clusters;

/// <summary>A bare client of librdkafka with no callbacks, for asking; it never produces or consumes.</summary>
internal sealed class LibrdkafkaClient : IDisposable
{
    nint _handle;

    LibrdkafkaClient(nint handle) => _handle = handle;

    internal nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle == 0, this);
            return _handle;
        }
    }

    /// <exception cref="InvalidOperationException">librdkafka refuses a property or the whole of them.</exception>
    internal static LibrdkafkaClient Create(IEnumerable<KeyValuePair<string, string>> properties)
    {
        Span<byte> error = stackalloc byte[Librdkafka.ErrorTextBytes];
        var configuration = Librdkafka.ConfigurationNew();
        foreach (var (name, value) in properties)
        {
            if (Librdkafka.ConfigurationSet(configuration, name, value, error, (nuint)error.Length) == Librdkafka.ConfigurationAccepted)
            {
                continue;
            }

            Librdkafka.ConfigurationDestroy(configuration);
            throw new InvalidOperationException($"Kafka client property {name}: {Text(error)}");
        }

        var client = Librdkafka.ClientNew(Librdkafka.ClientIsProducer, configuration, error, (nuint)error.Length);
        if (client == 0)
        {
            Librdkafka.ConfigurationDestroy(configuration);
            throw new InvalidOperationException($"Kafka client: {Text(error)}");
        }

        return new LibrdkafkaClient(client);
    }

    /// <summary>Gives it what to sign in with.</summary>
    /// <exception cref="KafkaException">The library does not take it.</exception>
    internal void SetToken(string token, long expiresUnixMs, string principal)
    {
        Span<byte> error = stackalloc byte[Librdkafka.ErrorTextBytes];
        var outcome = Librdkafka.SetToken(Handle, token, expiresUnixMs, principal, extensions: 0, extensionsCount: 0, error, (nuint)error.Length);
        if (outcome != ErrorCode.NoError)
        {
            throw new KafkaException(new Error(outcome, Text(error)));
        }
    }

    public void Dispose()
    {
        var owned = Interlocked.Exchange(ref _handle, 0);
        if (owned != 0)
        {
            Librdkafka.ClientDestroy(owned);
        }
    }

    static string Text(ReadOnlySpan<byte> zeroTerminated)
    {
        var end = zeroTerminated.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? zeroTerminated : zeroTerminated[..end]);
    }
}
