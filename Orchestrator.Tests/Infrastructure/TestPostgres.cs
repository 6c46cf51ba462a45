using Npgsql;
using Orchestrator.Messaging.Embedded;
using Testcontainers.PostgreSql;

namespace Orchestrator.Tests.Infrastructure;

/// <summary>The PostgreSQL server of a test run.</summary>
public sealed class TestPostgres : IAsyncDisposable
{
    const string Image = "postgres:17-alpine";

    readonly NpgsqlConnectionStringBuilder _address;
    readonly IAsyncDisposable? _owned;

    TestPostgres(string connectionString, IAsyncDisposable? owned)
    {
        _address = new NpgsqlConnectionStringBuilder(connectionString);
        _owned = owned;
    }

    /// <summary>What this run's databases are named by, so that runs can share a server.</summary>
    public string DatabasePrefix { get; } = $"test_{Environment.ProcessId}_";

    /// <summary>The private server, when the run has one.</summary>
    public PrivatePostgres? Private => _owned as PrivatePostgres;

    internal static async Task<TestPostgres> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("ORCHESTRATOR_TEST_POSTGRES") is { Length: > 0 } given)
        {
            return new TestPostgres(given, owned: null);
        }

        if (await Docker.TryStartAsync(() => new PostgreSqlBuilder(Image).Build()) is { } container)
        {
            return new TestPostgres(container.GetConnectionString(), container);
        }

        var server = await PrivatePostgres.StartAsync(new PrivatePostgresOptions
        {
            Directory = await ScratchDirectory.CreateAsync("shared"),
            SharedBuffersMegabytes = 128,
        });
        return new TestPostgres(server.ConnectionStringTo("postgres"), server);
    }

    internal string ConnectionStringTo(string database) => new NpgsqlConnectionStringBuilder(_address.ConnectionString)
    {
        Database = database,
        IncludeErrorDetail = true,
    }.ConnectionString;

    internal async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_address.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_owned is not null)
        {
            await _owned.DisposeAsync();
        }

        if (Private is { } server)
        {
            ScratchDirectory.Delete(Path.GetDirectoryName(server.DataDirectory)!);
        }
    }
}

/// <summary>A database of one test class.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    readonly TestPostgres _server;

    internal TestDatabase(TestPostgres server, string name)
    {
        _server = server;
        Name = name;
        ConnectionString = server.ConnectionStringTo(name);
    }

    /// <summary>The database's name.</summary>
    public string Name { get; }

    /// <summary>How to reach it.</summary>
    public string ConnectionString { get; }

    /// <summary>The server it is on, when that is a private one, which tests may restart.</summary>
    public PrivatePostgres? PrivateServer => _server.Private;

    public async ValueTask DisposeAsync()
    {
        await using (var connection = new NpgsqlConnection(ConnectionString))
        {
            NpgsqlConnection.ClearPool(connection);
        }

        await _server.ExecuteAsync($"drop database if exists {Name} with (force)");
    }
}
