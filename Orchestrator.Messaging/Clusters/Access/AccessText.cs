using System.Globalization;

namespace Orchestrator.Messaging.Clusters.Access;

/// <summary>Writes access lists down as those commands that set them.</summary>
public static class AccessText
{
    /// <summary>For Apache Kafka, Confluent Platform and Amazon MSK: a line of kafka-acls.sh for each resource.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="principal">Whom they are for, for instance <c>User:orchestrator</c>.</param>
    /// <param name="servers">The bootstrap servers.</param>
    public static IEnumerable<string> Commands(IEnumerable<AccessRule> rules, string principal, string servers) =>
        ByResource(rules).Select(r =>
            $"kafka-acls.sh --bootstrap-server {Quoted(servers)} --command-config admin.properties --add --allow-principal {Quoted(principal)}"
            + string.Concat(r.Operations.Select(o => $" --operation {o}"))
            + (r.Resource == "cluster" ? " --cluster" : $" --{r.Resource} {Quoted(r.Name)}{(r.IsPrefix ? " --resource-pattern-type prefixed" : "")}"));

    /// <summary>For Confluent Cloud and Confluent Platform: lines of the <c>confluent</c> command.</summary>
    public static IEnumerable<string> Confluent(IEnumerable<AccessRule> rules, string principal) =>
        ByResource(rules).Select(r =>
            $"confluent kafka acl create --allow --principal {Quoted(principal)} --operations {string.Join(',', r.Operations.Select(Dashed))}"
            + (r.Resource == "cluster" ? " --cluster-scope" : $" --{(r.Resource == "group" ? "consumer-group" : r.Resource)} {Quoted(r.Name)}{(r.IsPrefix ? " --prefix" : "")}"));

    /// <summary>What has to be known of Amazon MSK beside the commands.</summary>
    public static IReadOnlyList<string> MskHints { get; } =
    [
        "Run these as a user that may: with SCRAM as one whom a rule allows to alter the cluster, or from a client that signs in with IAM and kafka-cluster:AlterCluster.",
        "Where the service itself signs in with IAM these rules do not count: take the policy of --format msk-iam.",
        "SCRAM users are secrets of Secrets Manager, named AmazonMSK_..., encrypted with a key of your own and associated with the cluster; the principal is User:name.",
        "With certificates the principal is the whole subject, such as User:CN=orchestrator,OU=payments.",
        "Brokers need rules too before allow.everyone.if.no.acl.found is set to false: --cluster --operation ClusterAction, and Read and Describe on all topics, for their own principal.",
    ];

    /// <summary>Event Hubs has roles of Entra ID or shared access policies in place of lists.</summary>
    public static IReadOnlyList<string> EventHubsHints { get; } =
    [
        "Event Hubs has no access lists. Give the identity the roles 'Azure Event Hubs Data Receiver' and 'Azure Event Hubs Data Sender' on the namespace, or on the event hubs below.",
        "With a connection string take a shared access policy of the namespace with the claims Listen and Send; Manage only for who runs 'orchestrator topics apply'.",
    ];

    static IEnumerable<(string Resource, string Name, bool IsPrefix, IReadOnlyList<string> Operations)> ByResource(IEnumerable<AccessRule> rules) =>
        rules.GroupBy(r => (r.Resource, r.Name, r.IsPrefix)).Select(g => (g.Key.Resource, g.Key.Name, g.Key.IsPrefix, (IReadOnlyList<string>)[.. g.Select(r => r.Operation)]));

    // DescribeConfigs as describe-configs.
    static string Dashed(string operation) => string.Concat(operation.Select((c, i) => (i > 0 && char.IsUpper(c) ? "-" : "") + char.ToLower(c, CultureInfo.InvariantCulture)));

    static string Quoted(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
