using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Configuration.Profiles;

namespace Orchestrator.Cli.Clusters;

/// <summary>What topics should be like: as the service's settings in the environment say, unless the command line says otherwise.</summary>
sealed class TopicOptions
{
    readonly Option<KafkaProfile?> _profile = new("--profile") { Description = "Which kind of Kafka it is: kafka, confluent, msk or eventHubs [env: Kafka__Profile] [default: kafka]" };
    readonly Option<int?> _partitions = new("--partitions") { Description = "Of every topic [env: Messaging__Partitions] [default: 8]" };
    readonly Option<int?> _replication = new("--replication") { Description = "How many replicas [env: Kafka__ReplicationFactor] [default: what the profile says]" };
    readonly Option<int?> _minInSync = new("--min-in-sync") { Description = "How many replicas must have a message [env: Kafka__MinInSyncReplicas] [default: what the profile says]" };
    readonly Option<int?> _retentionDays = new("--retention-days") { Description = "How long messages are kept [env: Kafka__RetentionDays] [default: as long as the inbox remembers ids]" };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _profile, _partitions, _replication, _minInSync, _retentionDays })
            command.Add(option);
    }

    /// <exception cref="CommandException"><c>bad_option</c>.</exception>
    public TopicNeeds Needs(ParseResult parsed, KafkaOptions kafka)
    {
        var settings = ConnectionOptions.Settings();
        var messaging = new MessagingOptions
        {
            Partitions = Least(1, "--partitions", parsed.GetValue(_partitions)) ?? settings.GetValue("Messaging:Partitions", new MessagingOptions().Partitions),
            InboxDays = settings.GetValue("Messaging:InboxDays", new MessagingOptions().InboxDays),
        };
        kafka.Profile = parsed.GetValue(_profile) ?? kafka.Profile;
        kafka.ReplicationFactor = Least(1, "--replication", parsed.GetValue(_replication)) ?? kafka.ReplicationFactor;
        kafka.MinInSyncReplicas = Least(1, "--min-in-sync", parsed.GetValue(_minInSync)) ?? kafka.MinInSyncReplicas;
        kafka.RetentionDays = Least(1, "--retention-days", parsed.GetValue(_retentionDays)) ?? kafka.RetentionDays;
        return kafka.Topics(messaging, TopicNames.Read(settings));
    }

    static int? Least(int least, string option, int? value) =>
        value < least ? throw new CommandException("bad_option", $"{option} is {value}, and must be {least} at least") : value;
}
