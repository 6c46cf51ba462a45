using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Orchestrator.Benchmarks.Running;

namespace Orchestrator.Benchmarks.Activity;

/// <summary>Sends record batches as they are: produce requests of Kafka's protocol, version 7, a few at a time on one connection.</summary>
sealed class BatchSender : IDisposable
{
    const int AtOnce = 4;
    const short Produce = 0;
    const short Version = 7;
    const short Leader = 1;
    const string ClientId = "bench";

    readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 30_000, SendTimeout = 30_000 };
    readonly byte[] _topic;
    readonly byte[] _head = new byte[512];
    readonly byte[] _answer = new byte[4_096];
    int _underWay;
    int _sent;

    public BatchSender(string bootstrapServers, string topic)
    {
        _topic = Encoding.ASCII.GetBytes(topic);
        var address = bootstrapServers.Split(',')[0];
        var port = address.LastIndexOf(':');
        _socket.Connect(address[..port], int.Parse(address[(port + 1)..], System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Sends a batch, and waits for an earlier one where as many are under way as may be.</summary>
    public void Send(int partition, EventBatch batch)
    {
        if (_underWay == AtOnce)
            Answer();
        var length = Head(partition, batch.Bytes.Length);
        SendAll(_head.AsSpan(0, length));
        SendAll(batch.Bytes);
        _underWay++;
    }

    /// <summary>Waits for all answers.</summary>
    public void Flush()
    {
        while (_underWay > 0)
            Answer();
    }

    public void Dispose() => _socket.Dispose();

    int Head(int partition, int bytes)
    {
        var at = 4;
        Int16(Produce);
        Int16(Version);
        Int32(_sent++);
        Text(Encoding.ASCII.GetBytes(ClientId));
        Int16(-1); // no transaction
        Int16(Leader);
        Int32(10_000);
        Int32(1);
        Text(_topic);
        Int32(1);
        Int32(partition);
        Int32(bytes);
        BinaryPrimitives.WriteInt32BigEndian(_head, at - 4 + bytes);
        return at;

        void Int16(short value)
        {
            BinaryPrimitives.WriteInt16BigEndian(_head.AsSpan(at), value);
            at += 2;
        }

        void Int32(int value)
        {
            BinaryPrimitives.WriteInt32BigEndian(_head.AsSpan(at), value);
            at += 4;
        }

        void Text(byte[] text)
        {
            Int16((short)text.Length);
            text.CopyTo(_head, at);
            at += text.Length;
        }
    }

    void SendAll(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[_socket.Send(bytes)..];
    }

    // length, correlation, topics, name, partitions, number, error
    void Answer()
    {
        Receive(4);
        var length = BinaryPrimitives.ReadInt32BigEndian(_answer);
        Receive(length);
        var error = BinaryPrimitives.ReadInt16BigEndian(_answer.AsSpan(4 + 4 + 2 + _topic.Length + 4 + 4));
        if (error != 0)
            throw new BenchFailedException($"the broker refuses a batch with error {error}");
        _underWay--;
    }

    void Receive(int length)
    {
        for (var read = 0; read < length;)
        {
            var more = _socket.Receive(_answer.AsSpan(read, length - read));
            if (more == 0)
                throw new BenchFailedException("the broker has closed a connection");
            read += more;
        }
    }
}
