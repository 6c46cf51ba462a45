using System.Globalization;
using Orchestrator.Tests.Approved;
using YamlDotNet.RepresentationModel;

namespace Orchestrator.Tests.Deploy;

/// <summary>Processes may reach what they need and no more: the base Kafka's usual port, and a component for each way into Amazon MSK the one port that it takes.</summary>
public sealed class NetworkPolicyTests
{
    const string Folder = "deploy/kubernetes";

    static YamlNode Base => Manifest.Of($"{Folder}/base/network.yaml").Single(m => m.Name == "orchestrator").Root;

    [Fact]
    public void Base_when_nothing_is_said_lets_out_to_one_port_of_kafka() => Assert.Equal("kube-system:53,53 9093,5432,443", Reach(Base));

    [Theory]
    [InlineData("msk-iam", "kube-system:53,53 9098,5432,443", "9098")]
    [InlineData("msk-scram", "kube-system:53,53 9096,5432,443", "9096")]
    [InlineData("msk-tls", "kube-system:53,53 9094,5432,443", "9094")]
    [InlineData("eks-pod-identity", "kube-system:53,53 9093,5432,443 169.254.170.23/32:80", "169.254.170.23")]
    public void Component_when_it_is_taken_opens_what_it_is_for_and_nothing_else(string component, string reach, string documented)
    {
        var file = $"{Folder}/components/{component}/kustomization.yaml";
        var policy = Base;

        foreach (var patch in Manifest.Of(file)[0].Root.List("patches"))
        {
            Assert.Equal(("NetworkPolicy", "orchestrator"), (patch.Text("target", "kind"), patch.Text("target", "name")));
            Apply(policy, patch.Text("patch"));
        }

        Assert.Equal(reach, Reach(policy));
        Assert.Contains($"# - ../../components/{component}\n", ApprovedText.Read($"{Folder}/overlays/example/kustomization.yaml"), StringComparison.Ordinal);
        var clusters = ApprovedText.Read("docs/clusters.md");
        Assert.Contains($"`components/{component}`", clusters, StringComparison.Ordinal);
        Assert.Contains(documented, clusters, StringComparison.Ordinal);
    }

    [Fact]
    public void Components_when_two_ways_into_msk_are_taken_do_not_fit_together()
    {
        var policy = Base;
        Apply(policy, Patch("msk-iam"));

        Assert.Throws<InvalidOperationException>(() => Apply(policy, Patch("msk-scram")));
    }

    static string Patch(string component) => Manifest.Of($"{Folder}/components/{component}/kustomization.yaml")[0].Root.List("patches")[0].Text("patch");

    // Whom it lets out to, rule by rule; rules without an address are for all.
    static string Reach(YamlNode policy) => string.Join(' ', policy.List("spec", "egress").Select(rule =>
    {
        var whom = rule.List("to").Select(t => t.Text("ipBlock", "cidr") is { Length: > 0 } cidr ? cidr : t.Text("namespaceSelector", "matchLabels", "kubernetes.io/metadata.name")).ToList();
        return (whom.Count > 0 ? string.Join(',', whom) + ":" : "") + string.Join(',', rule.List("ports").Select(p => p.Text("port")));
    }));

    // The operations of JSON Patch (RFC 6902) that the components use.
    static void Apply(YamlNode document, string patch)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(patch));
        foreach (var operation in (YamlSequenceNode)stream.Documents[0].RootNode)
        {
            var path = operation.Text("path").Split('/')[1..];
            var parent = path[..^1].Aggregate(document, Child);
            switch (operation.Text("op"), parent)
            {
                case ("test", _) when Child(parent, path[^1]).ToString() == operation.Text("value"):
                    break;
                case ("replace", YamlMappingNode map) when map.Children.ContainsKey(path[^1]):
                    map.Children[path[^1]] = operation.At("value")!;
                    break;
                case ("add", YamlSequenceNode list) when path[^1] == "-":
                    list.Add(operation.At("value")!);
                    break;
                default:
                    throw new InvalidOperationException($"{operation.Text("op")} {operation.Text("path")} does not fit");
            }
        }
    }

    static YamlNode Child(YamlNode node, string name) =>
        node is YamlSequenceNode list ? list.Children[int.Parse(name, CultureInfo.InvariantCulture)] : node.At(name) ?? throw new InvalidOperationException($"there is no {name}");
}
