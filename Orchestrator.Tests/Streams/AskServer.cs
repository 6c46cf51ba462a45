using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Orchestrator.Messaging.Streams;

namespace Orchestrator.Tests.Streams;

/// <summary>Lets a test ask the lanes of a process that it may kill: a line with a number and a key, and a line with what was said or why not.</summary>
sealed class AskServer : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly StreamHost _lanes;
    readonly string _group;
    readonly Task _loop;

    public AskServer(StreamHost lanes, string group)
    {
        (_lanes, _group) = (lanes, group);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _loop = Task.Run(AcceptAsync);
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // it is over
        }
    }

    async Task ServeAsync(TcpClient client)
    {
        using (client)
        using (var reader = new StreamReader(client.GetStream(), Encoding.UTF8))
        await using (var writer = new StreamWriter(client.GetStream()) { AutoFlush = true })
        {
            while (await reader.ReadLineAsync() is { } line)
                await writer.WriteLineAsync(await AnswerAsync(line.Split(' ')));
        }
    }

    async Task<string> AnswerAsync(string[] asked)
    {
        var id = StreamFixture.Id(int.Parse(asked[0], CultureInfo.InvariantCulture));
        return await _lanes.AskAsync(_group, asked[1], Messaging.LaneFixture.Transaction(id, asked[1]), id, CancellationToken.None) switch
        {
            StreamReply.Answered answered => StreamFixture.Said(answered).RulesVersion,
            StreamReply.Refused refused => $"!{refused.Why}",
            var reply => $"!{reply.GetType().Name}",
        };
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _loop;
    }
}

/// <summary>The other side of <see cref="AskServer"/>: one question at a time.</summary>
sealed class AskClient(int port) : IDisposable
{
    readonly TcpClient _client = new() { NoDelay = true };
    StreamReader? _reader;

    /// <summary>What was said; null when nobody answers there.</summary>
    public async Task<string?> AskAsync(int n, string key)
    {
        try
        {
            if (_reader is null)
            {
                await _client.ConnectAsync(IPAddress.Loopback, port);
                _reader = new StreamReader(_client.GetStream(), Encoding.UTF8);
            }
            await _client.GetStream().WriteAsync(Encoding.UTF8.GetBytes($"{n} {key}\n"));
            return await _reader.ReadLineAsync();
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _reader?.Dispose();
        _client.Dispose();
    }
}
