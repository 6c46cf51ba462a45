using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Orchestrator.Broker.Logs;
using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Topics;

/// <summary>All topics. Nobody creates one by asking for it: a misspelt name is an error, not a new topic.</summary>
internal sealed partial class TopicRegistry : IDisposable
{
    const string File = "topics.json";

    readonly BrokerOptions _options;
    readonly ConcurrentDictionary<string, Topic> _topics = new(StringComparer.Ordinal);
    readonly Lock _lock = new();

    /// <summary>Opens the topics in the broker's directory.</summary>
    public TopicRegistry(BrokerOptions options)
    {
        _options = options;
        if (options.Directory is null || !System.IO.File.Exists(Path.Combine(options.Directory, File)))
            return;
        foreach (var (name, stored) in JsonSerializer.Deserialize<Dictionary<string, Stored>>(System.IO.File.ReadAllText(Path.Combine(options.Directory, File)))!)
            _topics[name] = Open(name, stored);
    }

    /// <summary>Told the name of a topic that is gone.</summary>
    public event Action<string>? Deleted;

    /// <summary>All topics, by name.</summary>
    public IReadOnlyList<Topic> All => [.. _topics.Values.OrderBy(t => t.Name, StringComparer.Ordinal)];

    /// <summary>The topic of that name, if there is one.</summary>
    public Topic? Find(string name) => _topics.GetValueOrDefault(name);

    /// <summary>The partition, if there is one.</summary>
    public PartitionLog? Find(string topic, int partition) => Find(topic)?.Partition(partition);

    /// <summary>Creates a topic.</summary>
    /// <param name="name">Letters, digits, '.', '_' and '-', at most 249 of them.</param>
    /// <param name="partitions">From 1.</param>
    /// <param name="settings">By Kafka's names; retention.bytes counts (-1 for ever), the rest is kept to be shown.</param>
    /// <param name="dryRun">Only says whether it could.</param>
    public KafkaError Create(string name, int partitions, IReadOnlyDictionary<string, string> settings, bool dryRun = false)
    {
        lock (_lock)
        {
            if (!Name().IsMatch(name) || name is "." or "..")
                return KafkaError.InvalidTopic;
            if (_topics.ContainsKey(name))
                return KafkaError.TopicAlreadyExists;
            if (partitions < 1 || _topics.Values.Sum(t => t.Partitions.Count) + partitions > _options.MaxPartitions)
                return KafkaError.InvalidPartitions;
            if (dryRun)
                return KafkaError.None;
            _topics[name] = Open(name, new Stored(partitions, new Dictionary<string, string>(settings, StringComparer.Ordinal)));
            Save();
            return KafkaError.None;
        }
    }

    /// <summary>Deletes a topic with all that is in it.</summary>
    public KafkaError Delete(string name)
    {
        lock (_lock)
        {
            if (!_topics.TryRemove(name, out var topic))
                return KafkaError.UnknownTopicOrPartition;
            Save();
            foreach (var partition in topic.Partitions)
                partition.Dispose();
            for (var p = 0; _options.Directory is not null && p < topic.Partitions.Count; p++)
                Directory.Delete(DirectoryOf(name, p)!, recursive: true);
            Deleted?.Invoke(name);
            return KafkaError.None;
        }
    }

    /// <summary>Gives a topic more partitions; those that it has stay as they are.</summary>
    public KafkaError Extend(string name, int partitions, bool dryRun = false)
    {
        lock (_lock)
        {
            if (!_topics.TryGetValue(name, out var topic))
                return KafkaError.UnknownTopicOrPartition;
            var more = partitions - topic.Partitions.Count;
            if (more < 1 || _topics.Values.Sum(t => t.Partitions.Count) + more > _options.MaxPartitions)
                return KafkaError.InvalidPartitions;
            if (dryRun)
                return KafkaError.None;
            _topics[name] = topic with { Partitions = [.. topic.Partitions, .. Enumerable.Range(topic.Partitions.Count, more).Select(p => Open(name, p, topic.Settings))] };
            Save();
            return KafkaError.None;
        }
    }

    /// <summary>Changes some of a topic's settings; null takes one away.</summary>
    public KafkaError Alter(string name, IReadOnlyDictionary<string, string?> changes, bool dryRun = false)
    {
        lock (_lock)
        {
            if (!_topics.TryGetValue(name, out var topic))
                return KafkaError.UnknownTopicOrPartition;
            if (dryRun)
                return KafkaError.None;
            var settings = new Dictionary<string, string>(topic.Settings, StringComparer.Ordinal);
            foreach (var (setting, value) in changes)
            {
                if (value is null)
                    settings.Remove(setting);
                else
                    settings[setting] = value;
            }
            _topics[name] = topic with { Settings = settings };
            foreach (var partition in topic.Partitions)
                partition.Keep(RetentionBytes(settings));
            Save();
            return KafkaError.None;
        }
    }

    /// <summary>What holds for a topic where it says nothing itself.</summary>
    public IReadOnlyDictionary<string, string> Defaults => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["cleanup.policy"] = "delete",
        ["max.message.bytes"] = _options.MaxBatchBytes.ToString(CultureInfo.InvariantCulture),
        ["min.insync.replicas"] = "1",
        ["retention.bytes"] = _options.RetentionBytes.ToString(CultureInfo.InvariantCulture),
        ["retention.ms"] = "-1",
    };

    Topic Open(string name, Stored stored) => new(name, stored.Settings, [.. Enumerable.Range(0, stored.Partitions).Select(p => Open(name, p, stored.Settings))]);

    PartitionLog Open(string name, int partition, IReadOnlyDictionary<string, string> settings) =>
        new(DirectoryOf(name, partition), _options.SegmentBytes, RetentionBytes(settings));

    long RetentionBytes(IReadOnlyDictionary<string, string> settings)
    {
        var bytes = settings.TryGetValue("retention.bytes", out var said) && long.TryParse(said, CultureInfo.InvariantCulture, out var parsed) ? parsed : _options.RetentionBytes;
        return bytes < 0 ? long.MaxValue : bytes;
    }

    string? DirectoryOf(string name, int partition) => _options.Directory is null ? null : Path.Combine(_options.Directory, $"{name}-{partition}");

    // Beside the old one and moved over it, so that there is always a whole one.
    void Save()
    {
        if (_options.Directory is null)
            return;
        var path = Path.Combine(_options.Directory, File);
        var all = _topics.ToDictionary(t => t.Key, t => new Stored(t.Value.Partitions.Count, new Dictionary<string, string>(t.Value.Settings, StringComparer.Ordinal)), StringComparer.Ordinal);
        System.IO.File.WriteAllText(path + ".new", JsonSerializer.Serialize(all));
        System.IO.File.Move(path + ".new", path, overwrite: true);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var partition in _topics.Values.SelectMany(t => t.Partitions))
            partition.Dispose();
    }

    [GeneratedRegex("^[a-zA-Z0-9._-]{1,249}$")]
    private static partial Regex Name();

    sealed record Stored(int Partitions, Dictionary<string, string> Settings);
}
