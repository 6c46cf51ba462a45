using System.Diagnostics;
using Npgsql;
using Orchestrator.Messaging.Embedded;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Embedded;

public sealed class PrivatePostgresTests : IAsyncLifetime
{
    string _directory = string.Empty;

    public async ValueTask InitializeAsync() =>
        _directory = Path.Combine(await ScratchDirectory.CreateAsync($"private-{TestContext.Current.Test!.UniqueID[..12]}"), "data");

    public async ValueTask DisposeAsync()
    {
        await PrivatePostgres.StopAbandonedAsync(_directory);
        ScratchDirectory.Delete(Path.GetDirectoryName(_directory)!);
    }

    [Fact]
    public async Task Server_when_it_is_stopped_and_started_does_keep_what_it_stored()
    {
        await using (var first = await StartAsync())
        {
            await ExecuteAsync(first, "create table kept (number int); insert into kept values (7)");
        }

        await using var second = await StartAsync();
        Assert.Equal(7, await ScalarAsync<int>(second, "select number from kept"));
    }

    [Fact]
    public async Task Directory_when_its_starter_died_before_there_was_a_cluster_does_count_as_free() =>
        Assert.True(await PrivatePostgres.StopAbandonedAsync(_directory));

    [Fact]
    public async Task Server_when_it_runs_does_flush_and_refuse_the_wrong_password()
    {
        await using var server = await StartAsync();
        Assert.Equal("on", await ScalarAsync<string>(server, "show fsync"));
        Assert.Equal("on", await ScalarAsync<string>(server, "show synchronous_commit"));
        Assert.Equal("127.0.0.1", await ScalarAsync<string>(server, "show listen_addresses"));

        var wrong = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Password = "wrong", Pooling = false };
        await using var connection = new NpgsqlConnection(wrong.ConnectionString);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync());
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
    }

    [Fact]
    public async Task Server_when_its_starter_has_died_does_get_adopted_with_what_it_stored()
    {
        var first = await StartAsync();
        await ExecuteAsync(first, "create table kept (number int); insert into kept values (7)");
        first.Abandon();

        await using var second = await StartAsync();
        Assert.Equal(first.Port, second.Port);
        Assert.Equal(7, await ScalarAsync<int>(second, "select number from kept"));
    }

    [Fact]
    public async Task Server_when_another_process_started_it_does_get_used_and_left_running()
    {
        await using var owner = await StartAsync();
        await using (var guest = await StartAsync())
        {
            Assert.Equal(owner.Port, guest.Port);
        }

        Assert.Equal(1, await ScalarAsync<int>(owner, "select 1"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Server_when_it_is_restarted_does_come_back_on_its_port_with_what_was_committed(bool immediate)
    {
        await using var server = await StartAsync();
        var port = server.Port;
        await ExecuteAsync(server, "create table kept (number int); insert into kept values (7)");

        await server.RestartAsync(immediate);

        Assert.Equal(port, server.Port);
        Assert.Equal(7, await ScalarAsync<int>(server, "select number from kept"));
    }

    [Fact]
    public async Task Server_when_its_pid_file_names_a_stranger_does_start()
    {
        await using (var first = await StartAsync())
        {
            await first.StopAsync();
            await File.WriteAllTextAsync(
                Path.Combine(first.DataDirectory, "postmaster.pid"), $"{Environment.ProcessId}\n{first.DataDirectory}\n1\n1\n\n127.0.0.1\n\nready\n");
        }

        await using var second = await StartAsync();
        Assert.Equal(1, await ScalarAsync<int>(second, "select 1"));
    }

    [Fact]
    public async Task Server_when_it_was_killed_does_recover_what_was_committed()
    {
        await using var first = await StartAsync();
        await ExecuteAsync(first, "create table kept (number int); insert into kept values (7)");
        var pid = int.Parse((await File.ReadAllLinesAsync(Path.Combine(first.DataDirectory, "postmaster.pid")))[0]);
        using (var postmaster = Process.GetProcessById(pid))
        {
            postmaster.Kill();
            // Until it is gone it would be found running.
            using var bound = new CancellationTokenSource(Eventually.Bound);
            await postmaster.WaitForExitAsync(bound.Token);
        }

        first.Abandon();

        await using var second = await StartAsync();
        Assert.Equal(7, await ScalarAsync<int>(second, "select number from kept"));
    }

    [Fact]
    public async Task Server_when_making_it_was_cut_short_does_start_over()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "cluster.new", "base"));

        await using var server = await StartAsync();
        Assert.Equal(1, await ScalarAsync<int>(server, "select 1"));
    }

    Task<PrivatePostgres> StartAsync() =>
        PrivatePostgres.StartAsync(new PrivatePostgresOptions { Directory = _directory, SharedBuffersMegabytes = 16 });

    static async Task ExecuteAsync(PrivatePostgres server, string sql) => await ScalarAsync<object>(server, sql);

    static async Task<T?> ScalarAsync<T>(PrivatePostgres server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T?)await command.ExecuteScalarAsync();
    }
}
