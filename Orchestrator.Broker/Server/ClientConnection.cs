using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Server;

/// <summary>One client's connection: requests are answered one after the other, in order, as Kafka does.</summary>
internal sealed class ClientConnection(Socket socket, BrokerNode node, RequestRouter router) : IDisposable
{
    const int LengthBytes = 4;
    const int SmallestRequest = 8;
    const int InitialBuffer = 16 << 10;

    readonly CancellationTokenSource _closed = new();
    readonly string _host = socket.RemoteEndPoint?.ToString() ?? "";
    byte[] _buffer = ArrayPool<byte>.Shared.Rent(InitialBuffer);
    int _start;
    int _end;

    /// <summary>Serves until the client goes, breaks the protocol, or <see cref="Close"/> is called.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (await FilledAsync(LengthBytes))
            {
                var length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start));
                if (length < SmallestRequest || length > node.Options.MaxRequestBytes || !await FilledAsync(LengthBytes + length))
                    return;
                if (!await AnswerAsync(_buffer.AsMemory(_start + LengthBytes, length)))
                    return;
                _start += LengthBytes + length;
            }
        }
        catch (Exception e) when (e is SocketException or ProtocolException or OperationCanceledException or ObjectDisposedException)
        {
            // The client is gone or speaks another language: either way there is nobody to tell.
        }
        finally
        {
            Close();
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    async Task<bool> AnswerAsync(ReadOnlyMemory<byte> bytes)
    {
        var body = new KafkaReader(bytes);
        var request = ReadHeader(body);
        var handler = router.Find(request);
        using var answer = new KafkaWriter();
        answer.Int32(0); // the length, when it is known
        answer.Int32(request.CorrelationId);
        var awaited = await handler.HandleAsync(request, body, answer, _closed.Token);
        if (node.Faults.Delay is { Ticks: > 0 } delay)
            await Task.Delay(delay, node.Time, _closed.Token);
        if (!awaited)
            return true;
        answer.PatchInt32(0, answer.Length - LengthBytes);
        for (var rest = answer.Written; rest.Length > 0;)
            rest = rest[await socket.SendAsync(rest, SocketFlags.None, _closed.Token)..];
        return true;
    }

    RequestContext ReadHeader(KafkaReader body)
    {
        var api = (ApiKey)body.Int16();
        var version = body.Int16();
        var correlation = body.Int32();
        var client = body.NullableString() ?? "";
        if (api == ApiKey.ApiVersions && version >= 3)
            body.SkipTags();
        return new RequestContext(api, version, correlation, client, _host);
    }

    /// <summary>Receives until so many bytes are there.</summary>
    /// <returns>False when the client has closed.</returns>
    async ValueTask<bool> FilledAsync(int bytes)
    {
        if (_end - _start >= bytes)
            return true;
        if (_start + bytes > _buffer.Length)
            MakeRoom(bytes);
        while (_end - _start < bytes)
        {
            var received = await socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None, _closed.Token);
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
