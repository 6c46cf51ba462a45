using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Server;

/// <summary>
/// One client's connection: requests are answered one after the other, in order, as Kafka does. It has a thread of its own, since nearly all its time is
/// spent waiting, and a thread that waits for what it needs is woken once, not handed on from one to the next.
/// </summary>
internal sealed class ClientConnection(Socket socket, BrokerNode node, RequestRouter router) : IDisposable
{
    const int LengthBytes = 4;
    const int SmallestRequest = 8;
    const int InitialBuffer = 16 << 10;
    const int LargestKept = 1 << 20;
    const int MostUnsent = 64 << 10;

    readonly CancellationTokenSource _closed = new();
    readonly string _host = socket.RemoteEndPoint?.ToString() ?? "";
    byte[] _buffer = ArrayPool<byte>.Shared.Rent(InitialBuffer);
    KafkaWriter _answers = new();
    RequestContext? _handled;
    int _start;
    int _end;

    /// <summary>Serves until the client goes, breaks the protocol, or <see cref="Close"/> is called.</summary>
    public void Run()
    {
        try
        {
            while (Fill(LengthBytes))
            {
                var length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start));
                if (length < SmallestRequest || length > node.Options.MaxRequestBytes || !Fill(LengthBytes + length))
                    return;
                Answer(_buffer.AsMemory(_start + LengthBytes, length));
                _start += LengthBytes + length;
            }
        }
        catch (Exception e) when (e is SocketException or ProtocolException or OperationCanceledException or ObjectDisposedException)
        {
            // The client is gone or speaks another language: either way there is nobody to tell.
        }
        catch (Exception e)
        {
            node.Options.Failed?.Invoke($"{_handled}", e);
        }
        finally
        {
            Close();
            _answers.Dispose();
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    void Answer(ReadOnlyMemory<byte> bytes)
    {
        var body = new KafkaReader(bytes);
        var request = ReadHeader(body);
        _handled = request;
        var handler = router.Find(request);
        var isFlexible = handler.IsFlexible(request.Version);
        if (isFlexible)
            body.SkipTags();
        if (handler.Waits)
            Send();
        var at = _answers.Length;
        _answers.Int32(0); // the length, when it is known
        _answers.Int32(request.CorrelationId);
        if (isFlexible && request.Api != ApiKey.ApiVersions)
            _answers.UnsignedVarInt(0); // tags; the answer to ApiVersions has none, for who asks does not know yet what we understand
        var awaited = handler.Handle(request, body, _answers, _closed.Token);
        if (node.Faults.Delay is { Ticks: > 0 } delay && _closed.Token.WaitHandle.WaitOne(delay))
            throw new OperationCanceledException(_closed.Token);
        if (!awaited)
        {
            _answers.Rewind(at);
            return;
        }
        _answers.PatchInt32(at, _answers.Length - at - LengthBytes);
        if (_answers.Length > MostUnsent)
            Send();
    }

    // What came together is answered together: called before anything is waited for.
    void Send()
    {
        for (var rest = _answers.Written.Span; rest.Length > 0;)
            rest = rest[socket.Send(rest, SocketFlags.None)..];
        if (_answers.Length > LargestKept)
        {
            _answers.Dispose();
            _answers = new KafkaWriter();
        }
        _answers.Rewind(0);
    }

    RequestContext ReadHeader(KafkaReader body)
    {
        var api = (ApiKey)body.Int16();
        var version = body.Int16();
        var correlation = body.Int32();
        var client = body.NullableString() ?? "";
        return new RequestContext(api, version, correlation, client, _host);
    }

    /// <summary>Receives until so many bytes are there.</summary>
    /// <returns>False when the client has closed.</returns>
    bool Fill(int bytes)
    {
        if (_end - _start >= bytes)
            return true;
        Send();
        if (_start + bytes > _buffer.Length)
            MakeRoom(bytes);
        while (_end - _start < bytes)
        {
            var received = socket.Receive(_buffer.AsSpan(_end), SocketFlags.None);
            if (received == 0)
                return false;
            _end += received;
        }
        return true;
    }

    void MakeRoom(int bytes)
    {
        var to = bytes > _buffer.Length ? ArrayPool<byte>.Shared.Rent(bytes) : _buffer;
        _buffer.AsSpan(_start, _end - _start).CopyTo(to);
        if (!ReferenceEquals(to, _buffer))
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = to;
        _end -= _start;
        _start = 0;
    }

    /// <summary>Cuts the client off.</summary>
    public void Close()
    {
        if (!_closed.IsCancellationRequested)
            _closed.Cancel();
        socket.Dispose();
    }

    public void Dispose()
    {
        Close();
        _closed.Dispose();
    }
}
