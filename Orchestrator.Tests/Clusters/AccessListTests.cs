using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Contracts;
using Orchestrator.Ledger.Projections;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Clusters.Access;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Streams;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Approved;

namespace Orchestrator.Tests.Clusters;

public sealed class AccessListTests
{
    static readonly string[] AllRoles = [.. RoleUse.All.Select(r => r.Role)];

    public static TheoryData<string> RoleNames => [.. AllRoles];

    [Theory]
    [MemberData(nameof(RoleNames))]
    public async Task Table_when_modules_register_groups_has_those_groups_and_what_they_read(string role)
    {
        await using var services = RoleServices.Of(role);

        var registered = services.GetServices<LaneGroup>().Select(g => (Name: g.Name, Topics: g.Topics.AsEnumerable()))
            // A stream reads its own answers when a lane opens, to know which it has given.
            .Concat(services.GetServices<StreamGroup>().Select(g => (Name: g.Name, Topics: g.Topics.Append(g.OutputTopic))))
            // Projections add their groups while the service runs, one for each generation.
            .Concat(role == "ledger" ? services.GetServices<Projection>().Select(p => (Name: $"ledger-{p.Name}-", Topics: Enumerable.Repeat(Topics.LedgerEvents, 1))) : [])
            .Select(g => $"{g.Name}: {Sorted(g.Topics)}");

        Assert.Equal(registered.Order(StringComparer.Ordinal), RoleUse.All.Single(r => r.Role == role).Groups.Select(g => $"{g.Name}: {Sorted(g.Topics)}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Table_when_projects_make_messages_lets_each_write_where_its_own_go_and_nowhere_else()
    {
        await using var services = RoleServices.Of(AllRoles);
        var catalog = services.GetRequiredService<MessageCatalog>();
        var records = catalog.All.Select(c => c.Type).ToHashSet();
        var made = RoleServices.Rooms.ToDictionary(r => r.Key, r => MadeMessages.In(r.Value, records).Select(t => catalog.Of(t).Topic).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);

        foreach (var role in RoleUse.All)
        {
            await using var own = RoleServices.Of(role.Role);
            var outputs = own.GetServices<StreamGroup>().Select(g => g.OutputTopic);
            Assert.Equal("", Sorted(made[role.Role].Except(role.Writes).Except(RoleUse.ByEveryProcess)));
            Assert.Equal("", Sorted(role.Writes.Except(made[role.Role]).Except(outputs)));
            Assert.Equal("", Sorted(outputs.Except(role.Writes)));
        }
        Assert.Equal("", Sorted(RoleUse.ByEveryProcess.Except(made.Values.SelectMany(m => m))));
    }

    [Fact]
    public void Ledger_when_it_is_alone_may_do_what_it_does_and_no_more()
    {
        var rules = AccessList.For(["ledger"], Needs(), new AccessRequest());

        Assert.Equal("accounts ledger-commands ledger-events", Of(rules, "topic", "Read"));
        Assert.Equal(
            "accounts accounts.parked alerts cases customer-events labels ledger-commands ledger-commands.parked ledger-events ledger-events.parked ledger-replies transactions user-activity",
            Of(rules, "topic", "Write"));
        Assert.Equal("ledger ledger-balances-* ledger-reports-* ledger-statements-*", Of(rules, "group", "Read"));
        Assert.DoesNotContain(rules, r => r.Operation is "All" or "Create" or "Alter" or "AlterConfigs" or "Delete" || r.Name == "*" || r.Resource == "cluster");
        // It looks for all topics at its start, and is told nothing twice.
        Assert.Equal(TopicPlan.Defaults().Count, rules.Where(r => r.Resource == "topic").Select(r => r.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.DoesNotContain(rules, r => r is { Operation: "Describe", Name: "accounts" });
    }

    [Fact]
    public void Http_when_it_is_alone_reads_nothing()
    {
        var rules = AccessList.For(["http"], Needs(), new AccessRequest());

        Assert.DoesNotContain(rules, r => r.Operation == "Read");
        Assert.Equal(Sorted(RoleUse.ByEveryProcess).Replace(",", "", StringComparison.Ordinal), Of(rules, "topic", "Write"));
    }

    [Fact]
    public void Rules_when_topics_have_other_names_are_about_those()
    {
        var rules = AccessList.For(["casework"], Needs("alerts", "pay.alerts"), new AccessRequest(Creates: true, OlderBrokers: true));

        Assert.Equal("pay.alerts", Of(rules, "topic", "Read"));
        Assert.Contains(new AccessRule("topic", "pay.alerts.parked", IsPrefix: false, "Write"), rules);
        Assert.DoesNotContain(rules, r => r.Name == "alerts");
        Assert.Equal(TopicPlan.Defaults().Count, rules.Count(r => r.Operation == "Create"));
        Assert.Contains(new AccessRule("cluster", AccessRule.ClusterName, IsPrefix: false, "IdempotentWrite"), rules);
    }

    [Fact]
    public void Replays_when_they_are_allowed_read_everything_and_write_topics_of_their_own_alone()
    {
        var rules = AccessList.For([RoleUse.Replays], Needs(), new AccessRequest());

        Assert.Equal("replay-*", Of(rules, "topic", "Write"));
        Assert.Equal("replay-*", Of(rules, "topic", "Delete"));
        Assert.Equal("orchestrator-replay", Of(rules, "group", "Read"));
        Assert.Equal(TopicPlan.Defaults().Count + 1, rules.Count(r => r is { Resource: "topic", Operation: "Read" }));
    }

    [Fact]
    public void Operator_when_topics_are_looked_after_writes_nothing_and_joins_no_group_of_the_service()
    {
        var rules = AccessList.For([RoleUse.Operator], Needs(), new AccessRequest());

        Assert.DoesNotContain(rules, r => r.Operation is "Write" or "Delete");
        Assert.Empty(rules.Where(r => r.Resource == "group").Select(r => r.Name).Intersect(RoleUse.All.SelectMany(r => r.Groups).Select(g => g.Name), StringComparer.Ordinal));
    }

    [Fact]
    public void Commands_when_they_are_printed_are_those_that_the_tools_take()
    {
        AccessRule[] rules =
        [
            new("group", "ledger-balances-", IsPrefix: true, "Read"), new("topic", "it's", IsPrefix: false, "DescribeConfigs"), new("topic", "it's", IsPrefix: false, "Read"),
            new("cluster", AccessRule.ClusterName, IsPrefix: false, "Describe"),
        ];

        Assert.Equal(
            [
                "kafka-acls.sh --bootstrap-server 'k:9093' --command-config admin.properties --add --allow-principal 'User:pay' --operation Read --group 'ledger-balances-' --resource-pattern-type prefixed",
                @"kafka-acls.sh --bootstrap-server 'k:9093' --command-config admin.properties --add --allow-principal 'User:pay' --operation DescribeConfigs --operation Read --topic 'it'\''s'",
                "kafka-acls.sh --bootstrap-server 'k:9093' --command-config admin.properties --add --allow-principal 'User:pay' --operation Describe --cluster",
            ],
            AccessText.Commands(rules, "User:pay", "k:9093"));
        Assert.Equal(
            [
                "confluent kafka acl create --allow --principal 'User:pay' --operations read --consumer-group 'ledger-balances-' --prefix",
                @"confluent kafka acl create --allow --principal 'User:pay' --operations describe-configs,read --topic 'it'\''s'",
                "confluent kafka acl create --allow --principal 'User:pay' --operations describe --cluster-scope",
            ],
            AccessText.Confluent(rules, "User:pay"));
    }

    [Fact]
    public void Policy_when_it_is_printed_allows_what_the_rules_do()
    {
        var policy = IamPolicy.Of([
            new("cluster", AccessRule.ClusterName, IsPrefix: false, "Describe"), new("group", "ledger-balances-", IsPrefix: true, "Read"), new("topic", "alerts", IsPrefix: false, "Read"),
            new("topic", "alerts", IsPrefix: false, "Write"), new("topic", "cases", IsPrefix: false, "Read"), new("topic", "cases", IsPrefix: false, "Write"),
        ]);

        Assert.Equal(
            [
                "Connect DescribeCluster WriteDataIdempotently: cluster/CLUSTER/UUID", "AlterGroup DescribeGroup: group/CLUSTER/UUID/ledger-balances-*",
                "DescribeTopic ReadData WriteData: topic/CLUSTER/UUID/alerts topic/CLUSTER/UUID/cases",
            ],
            policy.Statement.Select(s => $"{s.Effect}: {string.Join(' ', s.Action)}: {string.Join(' ', s.Resource)}"
                .Replace("Allow: ", "", StringComparison.Ordinal).Replace("kafka-cluster:", "", StringComparison.Ordinal).Replace("arn:aws:kafka:REGION:ACCOUNT:", "", StringComparison.Ordinal)));
        // Every rule that there is has its actions.
        Assert.All(AccessList.Roles, role => Assert.NotEmpty(IamPolicy.Of(AccessList.For([role], Needs(), new AccessRequest(Creates: true, OlderBrokers: true))).Statement));
        Assert.Contains("\"Statement\":[{\"Effect\":\"Allow\",\"Action\":", System.Text.Json.JsonSerializer.Serialize(policy), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_when_they_are_counted_are_those_that_a_process_with_all_roles_takes()
    {
        await using var services = RoleServices.Of(AllRoles);
        var sessions = services.GetServices<LaneGroup>().Count() + (3 * services.GetServices<StreamGroup>().Count()) + services.GetServices<LaneGroupReserve>().Sum(r => r.Groups) + 4;

        Assert.Equal(30 + (2 * 2) + sessions + 2 + 7, Databases.MostConnections(2));
    }

    // Beside groups of lanes: what reads under a group's name, or names a transaction, is in the table too.
    [Fact]
    public void Table_when_other_code_reads_or_has_transactions_of_its_own_has_to_say_so()
    {
        string[] known = ["AnsweredInputs.cs", "ClusterFacts.cs", "ClusterState.cs", "GapProbe.cs", "GroupConsumer.cs", "KafkaOptions.cs", "ReplaySource.cs", "SkewReader.cs"];
        var sources = RoleServices.Rooms.Values.Append(typeof(TopicPlan).Assembly).Select(a => Path.Combine(ApprovedText.Root, a.GetName().Name!))
            .SelectMany(f => Directory.GetFiles(f, "*.cs", SearchOption.AllDirectories)).Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)).ToList();

        var readers = sources.Where(f => File.ReadAllText(f).Contains("ConsumerConfig(", StringComparison.Ordinal)).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal);
        Assert.True(known.SequenceEqual(readers, StringComparer.Ordinal), $"{string.Join(", ", readers)} read from Kafka: say in RoleUse under which groups, and here that you have");
        Assert.Equal(RoleUse.TransactionalIds.Count > 0, sources.Exists(f => File.ReadAllText(f).Contains("TransactionalId = ", StringComparison.Ordinal)));
    }

    static TopicNeeds Needs(string topic = Topics.Alerts, string name = Topics.Alerts) =>
        new() { Names = new Dictionary<string, string>(StringComparer.Ordinal) { [topic] = name } };

    static string Of(IEnumerable<AccessRule> rules, string resource, string operation) =>
        string.Join(' ', rules.Where(r => r.Resource == resource && r.Operation == operation).Select(r => r.Name + (r.IsPrefix ? "*" : "")).Order(StringComparer.Ordinal));

    static string Sorted(IEnumerable<string> names) => string.Join(", ", names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
}
