using System.Net;
using System.Net.Sockets;
using Confluent.Kafka;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Embedded;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Embedded;

public sealed class EmbeddedInfrastructureTests : IAsyncLifetime
{
    string _directory = string.Empty;

    public async ValueTask InitializeAsync() =>
        _directory = await ScratchDirectory.CreateAsync($"both-{TestContext.Current.Test!.UniqueID[..12]}");

    public async ValueTask DisposeAsync()
    {
        await PrivatePostgres.StopAbandonedAsync(Path.Combine(_directory, "postgres"));
        ScratchDirectory.Delete(_directory);
    }

    [Fact]
    public async Task Infrastructure_when_nothing_is_given_does_start_both_and_stop_both()
    {
        string connectionString;
        await using (var infrastructure = await EmbeddedInfrastructure.StartAsync(new EmbeddedInfrastructureOptions { DataDirectory = _directory }))
        {
            Assert.True(infrastructure.HostsBroker);
            Assert.True(infrastructure.HostsPostgres);
            connectionString = infrastructure.ConnectionString + ";Pooling=false";
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync();
            var facts = new ClusterFacts(new ClientConfig { BootstrapServers = infrastructure.BootstrapServers });
            Assert.Equal(Topics.DefaultPartitions, facts.TopicPartitions(TimeSpan.FromSeconds(20))[Topics.Transactions]);
        }

        await using var refused = new NpgsqlConnection(connectionString);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => refused.OpenAsync());
    }

    [Fact]
    public async Task Infrastructure_when_both_are_given_does_start_neither()
    {
        await using var infrastructure = await EmbeddedInfrastructure.StartAsync(new EmbeddedInfrastructureOptions
        {
            DataDirectory = _directory,
            Kafka = "kafka:9092",
            Postgres = "Host=postgres",
        });

        Assert.False(infrastructure.HostsBroker);
        Assert.False(infrastructure.HostsPostgres);
        Assert.Equal("kafka:9092", infrastructure.BootstrapServers);
        Assert.Equal("Host=postgres", infrastructure.ConnectionString);
        Assert.Empty(Directory.GetFileSystemEntries(_directory));
    }

    [Fact]
    public async Task Infrastructure_when_the_broker_cannot_start_does_not_leave_the_database_running()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        await Assert.ThrowsAsync<IOException>(() => EmbeddedInfrastructure.StartAsync(new EmbeddedInfrastructureOptions
        {
            DataDirectory = _directory,
            KafkaPort = ((IPEndPoint)taken.LocalEndpoint).Port,
        }));

        Assert.False(File.Exists(Path.Combine(_directory, "postgres", "cluster", "postmaster.pid")));
    }
}
