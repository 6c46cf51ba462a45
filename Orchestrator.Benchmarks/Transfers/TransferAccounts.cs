using Confluent.Kafka;
using Orchestrator.Benchmarks.Load;
using Orchestrator.Benchmarks.Processes;
using Orchestrator.Benchmarks.Running;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Messaging.Kafka;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Benchmarks.Transfers;

/// <summary>The accounts that transfers go between, by the partition that each one's name falls into.</summary>
sealed class TransferAccounts
{
    /// <summary>Enough for any load, in minor units.</summary>
    public const long InitialBalanceMinor = 1_000_000_000_000;

    /// <summary>How many are asked for before any of them has to be open.</summary>
    const int OpenedAtOnce = 16_000;

    static readonly DateTimeOffset RequestedAt = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    readonly List<string>[] _byPartition;

    public TransferAccounts(int count, int partitions)
    {
        All = [.. Enumerable.Range(0, count).Select(i => $"bench-{i:D7}")];
        _byPartition = [.. Enumerable.Range(0, partitions).Select(_ => new List<string>())];
        foreach (var account in All)
            _byPartition[KeyPartition.Of(account, partitions)].Add(account);
    }

    public IReadOnlyList<string> All { get; }

    /// <summary>The accounts of a partition.</summary>
    public IReadOnlyList<string> In(int partition) => _byPartition[partition];

    /// <summary>The message that opens an account.</summary>
    public static OutgoingMessage Opening(string account)
    {
        var open = new OpenAccount(account, $"customer-{account}", TransferFlow.Currency, RequestedAt, InitialBalanceMinor);
        return OutgoingMessage.Of(MessageCatalog.Contracts.Of(typeof(OpenAccount)), open, Guid.CreateVersion7(DateTimeOffset.UtcNow), "/bench", RequestedAt);
    }

    /// <summary>Asks the service over Kafka to open all of them, and waits until it has.</summary>
    public async Task OpenAsync(BenchServers servers, CancellationToken stop)
    {
        Progress.Write($"opening {All.Count:N0} accounts");
        using var producer = QuietClients.Producer(servers.Kafka);
        var asked = 0;
        foreach (var some in All.Chunk(OpenedAtOnce))
        {
            foreach (var message in some.Select(Opening))
                producer.Produce(message.Topic, KafkaWire.ToKafka(message));
            asked += some.Length;
            await Waiting.UntilAsync(
                async () => await servers.ScalarAsync<long>("select count(*) from ledger.account where kind = 0", stop) >= asked,
                within: TimeSpan.FromSeconds(120), "the accounts are not open", stop);
        }
    }
}
