using System.Text.Json.Serialization;

namespace Orchestrator.Messaging.Clusters.Access;

/// <summary>A policy of AWS IAM that allows what access lists would; the cluster's names are for whoever uses it to fill in.</summary>
/// <param name="Version">The policy language's version.</param>
/// <param name="Statement">What is allowed.</param>
public sealed record IamPolicy(
    [property: JsonPropertyName("Version")] string Version,
    [property: JsonPropertyName("Statement")] IReadOnlyList<IamStatement> Statement)
{
    const string Cluster = "CLUSTER/UUID";

    /// <summary>The policy of some rules; what has the same actions is one statement.</summary>
    public static IamPolicy Of(IReadOnlyList<AccessRule> rules)
    {
        // Idempotent producers, as all of the service are, have an action of their own there.
        var onCluster = rules.Where(r => r.Resource == "cluster").SelectMany(ActionsOf).Append("Connect").Concat(rules.Any(r => r is { Resource: "topic", Operation: "Write" }) ? ["WriteDataIdempotently"] : []);
        var others = rules.Where(r => r.Resource != "cluster").GroupBy(r => $"{r.Resource}/{Cluster}/{r.Name}{(r.IsPrefix ? "*" : "")}", StringComparer.Ordinal)
            .Select(g => (Resource: g.Key, Actions: Sorted(g.SelectMany(ActionsOf))));
        return new IamPolicy("2012-10-17",
        [
            new IamStatement("Allow", Sorted(onCluster), [Arn($"cluster/{Cluster}")]),
            .. others.GroupBy(o => string.Join(' ', o.Actions), StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => new IamStatement("Allow", g.First().Actions, [.. g.Select(o => Arn(o.Resource)).Order(StringComparer.Ordinal)])),
        ]);
    }

    static string Arn(string resource) => $"arn:aws:kafka:REGION:ACCOUNT:{resource}";

    static List<string> Sorted(IEnumerable<string> actions) =>
        [.. actions.Select(a => a.StartsWith("kafka-cluster:", StringComparison.Ordinal) ? a : $"kafka-cluster:{a}").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_apachekafkaapisforamazonmskclusters.html
    static string[] ActionsOf(AccessRule rule) => (rule.Resource, rule.Operation) switch
    {
        ("topic", "Read") => ["DescribeTopic", "ReadData"],
        ("topic", "Write") => ["DescribeTopic", "WriteData"],
        ("topic", "Describe") => ["DescribeTopic"],
        ("topic", "Create") => ["CreateTopic", "DescribeTopic"],
        ("topic", "Delete") => ["DeleteTopic", "DescribeTopic"],
        ("topic", "Alter") => ["AlterTopic", "DescribeTopic"],
        ("topic", "AlterConfigs") => ["AlterTopicDynamicConfiguration", "DescribeTopicDynamicConfiguration"],
        ("topic", "DescribeConfigs") => ["DescribeTopicDynamicConfiguration"],
        ("group", "Read") => ["AlterGroup", "DescribeGroup"],
        ("group", "Describe") => ["DescribeGroup"],
        ("transactional-id", "Write") => ["AlterTransactionalId", "DescribeTransactionalId"],
        ("cluster", "Describe") => ["DescribeCluster"],
        ("cluster", "IdempotentWrite") => ["WriteDataIdempotently"],
        _ => throw new ArgumentException($"{rule.Operation} on a {rule.Resource} has no action of IAM", nameof(rule)),
    };
}

/// <summary>One of its statements.</summary>
/// <param name="Effect">Allow.</param>
/// <param name="Action">What.</param>
/// <param name="Resource">On what.</param>
public sealed record IamStatement(
    [property: JsonPropertyName("Effect")] string Effect,
    [property: JsonPropertyName("Action")] IReadOnlyList<string> Action,
    [property: JsonPropertyName("Resource")] IReadOnlyList<string> Resource);
