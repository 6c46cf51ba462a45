using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Orchestrator.Tests.Streams;

/// <summary>A wire to a database that can be cut: what was connected is broken off, and nobody gets through until it is mended.</summary>
sealed class CutWire : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly ConcurrentDictionary<TcpClient, bool> _open = new();
    readonly string _host;
    readonly int _port;
    readonly Task _loop;
    volatile bool _isCut;

    public CutWire(string connectionString)
    {
        var address = new NpgsqlConnectionStringBuilder(connectionString);
        (_host, _port) = (address.Host!, address.Port);
        _listener.Start();
        (address.Host, address.Port) = ("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port);
        ConnectionString = address.ConnectionString;
        _loop = Task.Run(AcceptAsync);
    }

    /// <summary>The database by this wire.</summary>
    public string ConnectionString { get; }

    /// <summary>Nothing gets through any more.</summary>
    public void Cut()
    {
        _isCut = true;
        foreach (var client in _open.Keys)
            client.Dispose();
    }

    /// <summary>Who connects from now on gets through.</summary>
    public void Mend() => _isCut = false;

    async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = CarryAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // it is over
        }
    }

    async Task CarryAsync(TcpClient near)
    {
        using (near)
        using (var far = new TcpClient { NoDelay = true })
        {
            near.NoDelay = true;
            if (_isCut)
                return;
            _open[near] = _open[far] = true;
            try
            {
                await far.ConnectAsync(_host, _port);
                if (!_isCut)
                    await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream()), far.GetStream().CopyToAsync(near.GetStream()));
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // it is cut
            }
            _open.TryRemove(near, out _);
            _open.TryRemove(far, out _);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Cut();
        _listener.Dispose();
        await _loop;
    }
}
