using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Orchestrator.Tests.Messaging;

/// <summary>
/// Stands between a service and PostgreSQL. While it is hungry it swallows the answer to a commit and cuts the connection: the transaction is
/// committed, and who asked for it cannot know.
/// </summary>
public sealed class AnswerEater : IAsyncDisposable
{
    // A unit of work is one batch: what messaging.expect_rows returns is in its answer, and at its end that the server is ready, in no transaction.
    static readonly byte[] Counted = "as expected"u8.ToArray();
    static readonly byte[] Ready = [(byte)'Z', 0, 0, 0, 5, (byte)'I'];

    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly NpgsqlConnectionStringBuilder _behind;
    readonly CancellationTokenSource _stop = new();
    readonly Task _accepting;
    int _hunger;

    public AnswerEater(string connectionString)
    {
        _behind = new NpgsqlConnectionStringBuilder(connectionString);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The server, by way of this.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(_behind.ConnectionString)
    {
        Host = "127.0.0.1",
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
        SslMode = SslMode.Disable,
    }.ConnectionString;

    /// <summary>How many answers it has yet to swallow.</summary>
    public int Hunger => Volatile.Read(ref _hunger);

    public void Eat(int answers) => Interlocked.Add(ref _hunger, answers);

    async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = RelayAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    async Task RelayAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(_behind.Host!, _behind.Port, _stop.Token);
                client.NoDelay = server.NoDelay = true;
                await Task.WhenAny(PumpAsync(client, server, eats: false), PumpAsync(server, client, eats: true));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // Either side is gone; so goes the other.
            }
        }
    }

    async Task PumpAsync(TcpClient from, TcpClient to, bool eats)
    {
        var buffer = new byte[65_536];
        while (await from.GetStream().ReadAsync(buffer, _stop.Token) is > 0 and var read)
        {
            if (eats && Hunger > 0 && IsCommitted(buffer.AsSpan(0, read)) && Interlocked.Decrement(ref _hunger) >= 0)
                return;
            await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _stop.Token);
        }
    }

    static bool IsCommitted(ReadOnlySpan<byte> answer) =>
        answer.EndsWith(Ready) && answer.IndexOf(Counted) >= 0 && answer.IndexOf("SERROR\0"u8) < 0;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }
}
