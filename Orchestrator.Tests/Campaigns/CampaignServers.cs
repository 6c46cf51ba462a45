using System.Text.Json;
using Npgsql;
using Orchestrator.Decisioning.RuleSets;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Embedded;
using Orchestrator.Messaging.Schema;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Campaigns;

/// <summary>The servers of one campaign, its own, so that they can be brought down: PostgreSQL and the broker, each in a process of its own.</summary>
public sealed class CampaignServers : IAsyncDisposable
{
    readonly LoggedProcess _broker;

    CampaignServers(string directory, PrivatePostgres postgres, LoggedProcess broker, string kafka)
    {
        Directory = directory;
        _broker = broker;
        Postgres = postgres;
        Kafka = kafka;
    }

    /// <summary>The database server.</summary>
    public PrivatePostgres Postgres { get; }

    /// <summary>Where the broker is.</summary>
    public string Kafka { get; }

    /// <summary>A directory that goes with the servers.</summary>
    public string Directory { get; }

    /// <summary>Starts them, the database migrated unless the first service is to do that.</summary>
    public static async Task<CampaignServers> StartAsync(string name, ProcessLog log, bool migrated = true)
    {
        var directory = await ScratchDirectory.CreateAsync(name);
        var postgres = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { Directory = Path.Combine(directory, "postgres"), SharedBuffersMegabytes = 128 });
        LoggedProcess? broker = null;
        try
        {
            if (migrated)
                await Migrations.ApplyAsync(postgres.ConnectionString);
            broker = LoggedProcess.Start("broker", "orchestrator.dll", new Dictionary<string, string>(StringComparer.Ordinal), log, directory, "broker", "--faults", "--json");
            using var ready = JsonDocument.Parse(await broker.AnswerAsync());
            return new CampaignServers(directory, postgres, broker, ready.RootElement.GetProperty("bootstrapServers").GetString()!);
        }
        catch
        {
            if (broker is not null)
                await broker.DisposeAsync();
            await postgres.DisposeAsync();
            throw;
        }
    }

    /// <summary>Cuts every client of the broker off, and keeps them off.</summary>
    public Task SetBrokerDownAsync() => _broker.AskAsync("down");

    /// <summary>Lets clients of the broker come back.</summary>
    public Task SetBrokerUpAsync() => _broker.AskAsync("up");

    /// <summary>Settings that a campaign adds for services that start from then on.</summary>
    public Dictionary<string, string> MoreSettings { get; } = new(StringComparer.Ordinal);

    /// <summary>What a service needs to know, and settings that let nothing be mended by waiting: a message that is lost leaves its transaction stuck.</summary>
    public Dictionary<string, string> ServiceSettings() => new(MoreSettings, StringComparer.Ordinal)
    {
        ["DOTNET_ENVIRONMENT"] = "Development",
        ["ORCHESTRATOR_KAFKA"] = Kafka,
        ["ORCHESTRATOR_POSTGRES"] = Postgres.ConnectionString,
        ["Decisioning__Rules__File"] = RulesFile(),
        ["Sagas__Transaction__AssessmentTimeout"] = "00:30:00",
        ["Sagas__Transaction__ReplyTimeout"] = "00:30:00",
        ["Sagas__Transaction__ReviewTimeout"] = "00:00:02",
        ["Sagas__Transaction__AuthorisationTimeout"] = "00:00:02",
        // Accounts take turns at being fraudulent here, and each transaction has its own end whatever became of those before it.
        ["Sagas__Account__FreezeAfterAlerts"] = "100",
        ["Sagas__Account__AlertWindow"] = "00:01:00",
        ["Logging__LogLevel__Microsoft"] = "Warning",
        ["Logging__LogLevel__MassTransit"] = "Warning",
        // A process lives for seconds here: no work that pays only later.
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_gcServer"] = "0",
    };

    // Few accounts pay far faster than people do.
    static string RulesFile()
    {
        var path = Path.Combine(Path.GetTempPath(), $"orchestrator-campaign-rules-{Environment.ProcessId}.json");
        var rules = BuiltInRuleSet.Content with { Rules = [.. BuiltInRuleSet.Content.Rules.Where(r => r.Name != "velocity")] };
        File.WriteAllBytes(path, RuleSetJson.Write(rules));
        return path;
    }

    /// <summary>Asks the database; null when it does not answer.</summary>
    public async Task<IReadOnlyList<object?[]>?> TryQueryAsync(string sql)
    {
        try
        {
            return await QueryAsync(sql);
        }
        catch (NpgsqlException)
        {
            return null;
        }
    }

    /// <summary>Asks the database.</summary>
    public async Task<IReadOnlyList<object?[]>> QueryAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Postgres.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<object?[]>();
        while (await reader.ReadAsync())
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i))]);
        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        await Postgres.DisposeAsync();
        ScratchDirectory.Delete(Directory);
    }

    /// <summary>How many lanes each group has.</summary>
    public static int Lanes => Topics.DefaultPartitions;
}
