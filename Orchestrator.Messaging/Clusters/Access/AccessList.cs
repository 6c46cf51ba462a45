using Orchestrator.Contracts;
using Orchestrator.Messaging.Replay;

namespace Orchestrator.Messaging.Clusters.Access;

/// <summary>The least that has to be allowed to a process, by its roles; pure.</summary>
public static class AccessList
{
    /// <summary>The roles that can be asked for.</summary>
    public static IReadOnlyList<string> Roles { get; } = [.. RoleUse.All.Select(r => r.Role), RoleUse.Replays, RoleUse.Operator];

    /// <summary>All rules, without what another one implies: who may read or write a topic may describe it.</summary>
    /// <param name="roles">Some of <see cref="Roles"/>; a process with several needs what each does.</param>
    /// <param name="needs">How topics are named.</param>
    /// <param name="request">What else it is to do.</param>
    public static IReadOnlyList<AccessRule> For(IEnumerable<string> roles, TopicNeeds needs, AccessRequest request)
    {
        var rules = new HashSet<AccessRule>();
        foreach (var role in roles)
        {
            if (role == RoleUse.Operator)
                AddOperator(rules, needs);
            else if (role == RoleUse.Replays)
                AddReplays(rules, needs);
            else
                AddRole(rules, RoleUse.All.Single(r => r.Role == role), needs, request);
        }
        return
        [
            .. rules.Where(r => r.Operation != "Describe" || !rules.Any(o => o.Operation is "Read" or "Write" or "Alter" && r == o with { Operation = "Describe" }))
                .OrderBy(r => r.Resource, StringComparer.Ordinal).ThenBy(r => r.Name, StringComparer.Ordinal).ThenBy(r => r.Operation, StringComparer.Ordinal),
        ];
    }

    static void AddRole(HashSet<AccessRule> rules, RoleUse use, TopicNeeds needs, AccessRequest request)
    {
        foreach (var group in use.Groups)
        {
            rules.Add(new("group", group.Name, group.IsPrefix, "Read"));
            foreach (var topic in group.Topics)
            {
                rules.Add(Topic(needs.NameOf(topic), "Read"));
                rules.Add(Topic(needs.NameOf(topic + Topics.ParkedSuffix), "Write"));
            }
        }
        foreach (var topic in use.Writes.Concat(RoleUse.ByEveryProcess))
            rules.Add(Topic(needs.NameOf(topic), "Write"));
        foreach (var id in RoleUse.TransactionalIds)
            rules.Add(new("transactional-id", id, IsPrefix: false, "Write"));
        // At its start a process makes sure that every topic is there, and its figures tell the lag of groups in other processes.
        foreach (var topic in TopicPlan.Of(needs))
            rules.Add(Topic(topic.Name, request.Creates ? "Create" : "Describe"));
        foreach (var topic in request.Creates ? TopicPlan.Of(needs) : [])
            rules.Add(Topic(topic.Name, "Describe"));
        foreach (var group in RoleUse.All.SelectMany(r => r.Groups))
            rules.Add(new("group", group.Name, group.IsPrefix, "Describe"));
        if (request.OlderBrokers)
            rules.Add(new("cluster", AccessRule.ClusterName, IsPrefix: false, "IdempotentWrite"));
    }

    static void AddOperator(HashSet<AccessRule> rules, TopicNeeds needs)
    {
        foreach (var topic in TopicPlan.Of(needs))
        {
            foreach (var operation in new[] { "Alter", "AlterConfigs", "Create", "DescribeConfigs", "Read" })
                rules.Add(Topic(topic.Name, operation));
        }
        foreach (var group in RoleUse.OperatorGroups)
            rules.Add(new("group", group, IsPrefix: false, "Read"));
        rules.Add(new("cluster", AccessRule.ClusterName, IsPrefix: false, "Describe"));
    }

    static void AddReplays(HashSet<AccessRule> rules, TopicNeeds needs)
    {
        foreach (var topic in TopicPlan.Of(needs))
            rules.Add(Topic(topic.Name, "Read"));
        rules.Add(new("group", RoleUse.ReplayGroup, IsPrefix: false, "Read"));
        foreach (var operation in new[] { "Create", "Delete", "Read", "Write" })
            rules.Add(new("topic", ReplayTarget.TopicPrefix, IsPrefix: true, operation));
    }

    static AccessRule Topic(string name, string operation) => new("topic", name, IsPrefix: false, operation);
}

/// <summary>What a process is to do beside its roles.</summary>
/// <param name="Creates">Whether it creates the topics that are missing.</param>
/// <param name="OlderBrokers">Whether brokers are older than Kafka 2.8, where idempotent producers need a leave of their own.</param>
public sealed record AccessRequest(bool Creates = false, bool OlderBrokers = false);
