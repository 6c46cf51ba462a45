using Npgsql;

namespace Orchestrator.Messaging.Embedded;

/// <summary>
/// A PostgreSQL server of this product's own, in a directory of its own, run from the binaries on the machine: durable (fsync on),
/// reachable from this machine only, with a generated password. Its process outlives a crash of this one; the next start adopts it.
/// </summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    const string Database = "orchestrator";

    static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(50);

    readonly PostgresHome _home;
    readonly PostgresServer _server;
    readonly string _password;
    FileStream? _ownership;
    PostmasterFile _address;

    PrivatePostgres(PostgresHome home, PostgresServer server, string password, FileStream? ownership, PostmasterFile address)
    {
        _home = home;
        _server = server;
        _password = password;
        _ownership = ownership;
        _address = address;
    }

    /// <summary>How to reach the database named orchestrator, over TCP (its Unix socket was measured to be no faster).</summary>
    public string ConnectionString => ConnectionStringTo(Database);

    /// <summary>The TCP port on 127.0.0.1.</summary>
    public int Port => _address.Port;

    /// <summary>The directory of the server's data, for tools.</summary>
    public string DataDirectory => _home.Cluster;

    /// <summary>
    /// Starts the server, or adopts the one that runs on this directory already, and creates the database. Where another live process
    /// has started it, this one only uses it, and <see cref="StopAsync"/> leaves it running.
    /// </summary>
    /// <exception cref="FileNotFoundException">There are no PostgreSQL binaries; the text says what to install.</exception>
    /// <exception cref="InvalidOperationException">The server does not start; the text holds the end of its log.</exception>
    /// <exception cref="TimeoutException">It was not ready in time.</exception>
    public static async Task<PrivatePostgres> StartAsync(PrivatePostgresOptions options, CancellationToken cancellation = default)
    {
        options.Validate();
        var place = await PostgresHome.PrepareAsync(options.Directory, cancellation);
        var owned = TryOwn(place);
        try
        {
            var program = new PostgresServer(options, place, PostgresBinaries.Find(options.Binaries, place.MadeBy));
            PostmasterFile running;
            var made = false;
            if (owned is null)
            {
                running = await program.AwaitAsync(TimeProvider.System, cancellation);
            }
            else
            {
                made = await program.CreateAsync(cancellation);
                running = await program.StartAsync(keptPort: null, cancellation);
            }

            var postgres = new PrivatePostgres(place, program, await place.ReadPasswordAsync(cancellation), owned, running);
            await postgres.AwaitReadyAsync(options.StartWithin, cancellation);
            await postgres.CreateDatabaseAsync(Database, cancellation);
            if (made && options.LogAheadMegabytes > 0)
            {
                await PostgresLogAhead.MakeAsync(postgres.ConnectionString, options.LogAheadMegabytes, cancellation);
            }

            return postgres;
        }
        catch
        {
            owned?.Dispose();
            throw;
        }
    }

    /// <summary>Stops the server that a process which died has left running on a directory. Does nothing while its starter lives.</summary>
    /// <returns>Whether the directory is free: nobody owns it and no server runs on it.</returns>
    public static async Task<bool> StopAbandonedAsync(string directory, CancellationToken cancellation = default)
    {
        var place = await PostgresHome.PrepareAsync(directory, cancellation);
        await using var owned = TryOwn(place);
        if (owned is null)
        {
            return false;
        }

        if (await PostmasterFile.ReadRunningAsync(place.Cluster, cancellation) is not null)
        {
            var options = new PrivatePostgresOptions { Directory = directory };
            await new PostgresServer(options, place, PostgresBinaries.Find(options.Binaries, place.MadeBy)).StopAsync("fast", cancellation);
        }

        return true;
    }

    /// <summary>How to reach another database of this server.</summary>
    public string ConnectionStringTo(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = _address.Port,
        Username = PostgresServer.User,
        Password = _password,
        Database = database,
    }.ConnectionString;

    /// <summary>Creates a database; one that exists already is left as it is.</summary>
    public async Task CreateDatabaseAsync(string name, CancellationToken cancellation = default)
    {
        await using var connection = new NpgsqlConnection(ConnectionStringTo("postgres") + ";Pooling=false");
        await connection.OpenAsync(cancellation);
        try
        {
            await using var command = new NpgsqlCommand($"create database \"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", connection);
            await command.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException exists) when (exists.SqlState == PostgresErrorCodes.DuplicateDatabase)
        {
        }
    }

    /// <summary>Restarts the server on the same port. Immediate is a crash: no checkpoint, every connection cut, recovery from the log.</summary>
    /// <param name="immediate">Whether it crashes.</param>
    /// <param name="meanwhile">What happens while it is away; it is started again whatever comes of that.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task RestartAsync(bool immediate = false, Func<Task>? meanwhile = null, CancellationToken cancellation = default)
    {
        await _server.StopAsync(immediate ? "immediate" : "fast", cancellation);
        try
        {
            if (meanwhile is not null)
                await meanwhile();
        }
        finally
        {
            await StartAgainAsync(cancellation);
        }
    }

    async Task StartAgainAsync(CancellationToken cancellation) =>
        _address = await _server.StartAsync(_address.Port, cancellation);

    /// <summary>Stops the server in good order, cutting connections that are left. Does nothing when another process started it.</summary>
    public async Task StopAsync(CancellationToken cancellation = default)
    {
        if (Interlocked.Exchange(ref _ownership, null) is { } owned)
        {
            await _server.StopAsync("fast", cancellation);
            await owned.DisposeAsync();
        }
    }

    /// <summary>Lets go of the server without stopping it, as the death of this process would.</summary>
    internal void Abandon() => Interlocked.Exchange(ref _ownership, null)?.Dispose();

    /// <inheritdoc cref="StopAsync"/>
    public async ValueTask DisposeAsync() => await StopAsync();

    // pg_ctl waits for this by itself; a server that was found running may still be starting or recovering.
    async Task AwaitReadyAsync(TimeSpan within, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionStringTo("postgres") + ";Pooling=false");
                await connection.OpenAsync(cancellation);
                return;
            }
            catch (NpgsqlException failure) when (failure.IsTransient && TimeProvider.System.GetElapsedTime(began) < within)
            {
                await Task.Delay(PollEvery, cancellation);
            }
        }
    }

    // The operating system frees the lock when its holder dies, however it dies.
    static FileStream? TryOwn(PostgresHome home)
    {
        try
        {
            return new FileStream(Path.Combine(home.Root, "owner.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
