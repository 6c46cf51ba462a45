using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Broker.Server;

/// <summary>Accepts clients on the loopback interface, and cuts them all off when it is closed.</summary>
internal sealed class BrokerListener : IAsyncDisposable
{
    const int Backlog = 512;

    readonly BrokerNode _node;
    readonly RequestRouter _router;
    readonly Socket _socket;
    readonly ConcurrentDictionary<ClientConnection, Task> _connections = new();
    readonly CancellationTokenSource _closed = new();
    readonly Task _accepting;

    /// <summary>Listens on <paramref name="port"/>; 0 takes a free one.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public BrokerListener(BrokerNode node, RequestRouter router, int port)
    {
        _node = node;
        _router = router;
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            _socket.Listen(Backlog);
        }
        catch (SocketException e)
        {
            _socket.Dispose();
            throw new IOException($"Port {port} of {BrokerNode.Host} is not free.", e);
        }
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    async Task AcceptAsync()
    {
        while (!_closed.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await _socket.AcceptAsync(_closed.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // That client is gone already.
                continue;
            }
            if (_connections.Count >= _node.Options.MaxConnections)
            {
                client.Dispose();
                continue;
            }
            client.NoDelay = true;
            var connection = new ClientConnection(client, _node, _router);
            _connections[connection] = Task.CompletedTask;
            _connections.TryUpdate(connection, ServeAsync(connection), Task.CompletedTask); // unless it has ended already
        }
    }

    Task ServeAsync(ClientConnection connection) => Task.Factory.StartNew(
        () =>
        {
            try
            {
                connection.Run();
            }
            finally
            {
                _connections.TryRemove(connection, out _);
                connection.Dispose();
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    /// <summary>Closes the listening socket and every connection, and waits until none is served any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        _socket.Dispose();
        await _accepting;
        var serving = _connections.ToArray();
        foreach (var (connection, _) in serving)
            connection.Close();
        await Task.WhenAll(serving.Select(s => s.Value)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closed.Dispose();
    }
}
