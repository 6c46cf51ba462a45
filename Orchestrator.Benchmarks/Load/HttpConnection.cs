using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Orchestrator.Benchmarks.Running;

namespace Orchestrator.Benchmarks.Load;

/// <summary>
/// One connection that posts JSON and reads answers, one at a time, on the caller's thread: the generator shares two processors with what it measures, and a client with pools and
/// tasks costs it several times as much.
/// </summary>
sealed class HttpConnection : IDisposable
{
    readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 30_000 };
    readonly byte[] _head;
    readonly byte[] _expected;
    byte[] _request = new byte[4_096];
    byte[] _answer = new byte[64 << 10];

    /// <summary>Connects.</summary>
    /// <param name="address">The service.</param>
    /// <param name="path">What is posted to.</param>
    /// <param name="header">Says who asks: a name and a value.</param>
    /// <param name="status">What every answer has to be.</param>
    public HttpConnection(Uri address, string path, string header, int status = 200)
    {
        _expected = Encoding.ASCII.GetBytes($"HTTP/1.1 {status}");
        _head = Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: {address.Authority}\r\n{header}\r\nContent-Type: application/json\r\nContent-Length: ");
        _socket.Connect(IPAddress.Loopback, address.Port);
    }

    /// <summary>Posts a body and reads the answer to its end.</summary>
    /// <exception cref="BenchFailedException">It has another status than every answer has to have.</exception>
    public void Post(ReadOnlySpan<byte> body)
    {
        var written = Write(body);
        for (var sent = 0; sent < written;)
            sent += _socket.Send(_request.AsSpan(sent, written - sent));
        var read = 0;
        while (!IsWhole(_answer.AsSpan(0, read)))
        {
            if (read == _answer.Length)
                Array.Resize(ref _answer, 2 * read);
            var more = _socket.Receive(_answer.AsSpan(read));
            if (more == 0)
                throw new BenchFailedException("the service has closed a connection");
            read += more;
        }
        if (!_answer.AsSpan().StartsWith(_expected))
            throw new BenchFailedException($"the service answers {Encoding.UTF8.GetString(_answer, 0, Math.Min(read, 600))}");
    }

    int Write(ReadOnlySpan<byte> body)
    {
        if (_request.Length < _head.Length + 32 + body.Length)
            _request = new byte[_head.Length + 32 + body.Length];
        _head.CopyTo(_request, 0);
        var at = _head.Length;
        body.Length.TryFormat(_request.AsSpan(at), out var digits, default, CultureInfo.InvariantCulture);
        at += digits;
        "\r\n\r\n"u8.CopyTo(_request.AsSpan(at));
        body.CopyTo(_request.AsSpan(at + 4));
        return at + 4 + body.Length;
    }

    static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var headers = answer.IndexOf("\r\n\r\n"u8);
        if (headers < 0)
            return false;
        if (answer[..headers].IndexOf("Transfer-Encoding: chunked"u8) >= 0)
            return answer.EndsWith("0\r\n\r\n"u8);
        var length = answer[..headers].IndexOf("Content-Length: "u8);
        return length < 0 || (Utf8(answer[(length + 16)..headers]) is var expected && answer.Length >= headers + 4 + expected);
    }

    static int Utf8(ReadOnlySpan<byte> digits) => System.Buffers.Text.Utf8Parser.TryParse(digits, out int value, out _) ? value : 0;

    public void Dispose() => _socket.Dispose();
}
