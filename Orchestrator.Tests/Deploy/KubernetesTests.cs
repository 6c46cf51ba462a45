using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api.Health;
using Orchestrator.Api.Hosting;
using Orchestrator.Contracts;
using Orchestrator.Tests.Approved;
using YamlDotNet.RepresentationModel;

namespace Orchestrator.Tests.Deploy;

/// <summary>What deploy/kubernetes says fits what the service is: its roles, settings, probes, ports, groups and how long it needs to stop.</summary>
public sealed class KubernetesTests
{
    const string Folder = "deploy/kubernetes";
    const string ProcessFile = Folder + "/base/patches/process.yaml";

    static readonly IReadOnlyList<Manifest> All = Manifest.In(Folder);
    static readonly YamlNode Process = Manifest.Of(ProcessFile)[0].Root;
    static readonly YamlNode ProcessPod = Process.At("spec", "template", "spec")!;
    static readonly YamlNode ProcessContainer = ProcessPod.List("containers")[0];
    static readonly IReadOnlyList<Manifest> Deployments = [.. All.Where(m => m.Kind == "Deployment" && m.File != ProcessFile)];

    [Fact]
    public void Manifests_when_they_are_listed_are_there_and_none_is_forgotten()
    {
        foreach (var kustomization in All.Where(m => m.Kind is "Kustomization" or "Component"))
        {
            var folder = Path.GetDirectoryName(kustomization.File)!;
            var named = kustomization.Root.List("resources").Concat(kustomization.Root.List("components")).Select(r => ((YamlScalarNode)r).Value!)
                .Concat(kustomization.Root.List("patches").Select(p => p.Text("path")).Where(p => p.Length > 0)).ToList();
            Assert.All(named, name => Assert.True(Path.Exists(Path.Combine(ApprovedText.Root, folder, name)), $"{kustomization.File} names {name}"));
            var here = ApprovedText.FilesIn(folder).Where(f => f != "kustomization.yaml");
            Assert.Empty(here.Except(named));
        }
        Assert.Equal("Deployment", Manifest.Of(Folder + "/base/kustomization.yaml")[0].Root.List("patches")[0].Text("target", "kind"));
    }

    [Fact]
    public void Deployments_when_taken_together_do_everything_once_by_roles_that_exist()
    {
        var roles = default(HostRoles);
        foreach (var deployment in Deployments)
        {
            var args = deployment.Root.List("spec", "template", "spec", "containers")[0].List("args").Select(a => ((YamlScalarNode)a).Value).ToList();
            var its = HostRolesParser.Parse(args[args.IndexOf("--roles") + 1]);
            Assert.Contains(deployment.Name["orchestrator-".Length..], its.ToString().ToLowerInvariant(), StringComparison.Ordinal);
            Assert.Equal(default, its & roles & ~HostRoles.Http);
            roles |= its;
            Assert.Equal("orchestrator", deployment.Root.List("spec", "template", "spec", "containers")[0].Text("name"));
            var labels = deployment.Root.Map("spec", "template", "metadata", "labels").ToDictionary(l => l.Key, l => l.Value.ToString(), StringComparer.Ordinal);
            Assert.Equal(deployment.Root.Map("spec", "selector", "matchLabels").ToDictionary(l => l.Key, l => l.Value.ToString(), StringComparer.Ordinal), labels);
        }
        Assert.Equal(HostRoles.All, roles);
    }

    [Fact]
    public async Task Probes_when_they_ask_do_ask_what_is_answered()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddHealthChecks();
        builder.Services.AddRateLimiter(_ => { });
        builder.Services.AddAuthorization();
        await using var app = builder.Build();
        app.MapOrchestratorHealth();
        var paths = ((IEndpointRouteBuilder)app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>().Select(e => e.RoutePattern.RawText).ToList();

        foreach (var probe in new[] { "startupProbe", "readinessProbe", "livenessProbe" })
        {
            Assert.Contains(ProcessContainer.Text(probe, "httpGet", "path"), paths);
            Assert.Equal("http", ProcessContainer.Text(probe, "httpGet", "port"));
        }
        // A database that is away must not have all processes killed.
        Assert.Equal("/health/live", ProcessContainer.Text("livenessProbe", "httpGet", "path"));
        Assert.Equal("/health/ready", ProcessContainer.Text("readinessProbe", "httpGet", "path"));
    }

    [Fact]
    public void Settings_when_they_are_named_are_read_by_the_service()
    {
        var names = All.Where(m => m.Kind == "ConfigMap").SelectMany(m => m.Root.Map("data").Keys)
            .Concat(All.SelectMany(m => m.Root.All()).OfType<YamlMappingNode>().SelectMany(n => n.List("env")).Select(e => e.Text("name"))).ToHashSet(StringComparer.Ordinal);
        Assert.True(names.Count > 10);
        Assert.All(names, name => Assert.True(SettingNames.Exist(name), $"{name} is no setting"));
        Assert.False(SettingNames.Exist("Api__Migrates"));
        Assert.False(SettingNames.Exist("Messaging__Partitions__More"));
        Assert.Equal("false", All.Single(m => m.File.EndsWith("base/settings.yaml", StringComparison.Ordinal)).Root.Text("data", "Api__Migrate"));
    }

    [Fact]
    public void Secrets_when_they_are_needed_are_referred_to_and_never_written()
    {
        Assert.DoesNotContain(All, m => m.Kind == "Secret");
        string[] telling = ["password", "secret", "key", "token", "username", "postgres"];
        var variables = All.SelectMany(m => m.Root.All()).OfType<YamlMappingNode>().SelectMany(n => n.List("env")).ToList();
        Assert.All(variables, v => Assert.True(v.Text("valueFrom", "secretKeyRef", "key").Length > 0, $"{v.Text("name")} is written out"));
        Assert.All(
            All.Where(m => m.Kind == "ConfigMap").SelectMany(m => m.Root.Map("data").Keys),
            name => Assert.DoesNotContain(telling, t => name.Contains(t, StringComparison.OrdinalIgnoreCase)));
        var documented = ApprovedText.Read("docs/operations.md");
        Assert.All(variables, v => Assert.Contains($"`{v.Text("valueFrom", "secretKeyRef", "name")}`", documented, StringComparison.Ordinal));
    }

    [Fact]
    public void Containers_when_they_run_may_do_nothing_that_they_need_not()
    {
        var job = All.Single(m => m.Kind == "Job").Root.At("spec", "template", "spec")!;
        foreach (var pod in new[] { ProcessPod, job })
        {
            Assert.Equal("false", pod.Text("automountServiceAccountToken"));
            Assert.Equal("true", pod.Text("securityContext", "runAsNonRoot"));
            Assert.Equal("1654", pod.Text("securityContext", "runAsUser"));
            Assert.Equal("RuntimeDefault", pod.Text("securityContext", "seccompProfile", "type"));
            var container = Assert.Single(pod.List("containers"));
            Assert.Equal("true", container.Text("securityContext", "readOnlyRootFilesystem"));
            Assert.Equal("false", container.Text("securityContext", "allowPrivilegeEscalation"));
            Assert.Equal("ALL", Assert.Single(container.List("securityContext", "capabilities", "drop")).ToString());
        }
        Assert.All(Deployments, d => Assert.True(d.Root.List("spec", "template", "spec", "containers")[0].At("resources", "limits", "memory") is not null && d.Root.List("spec", "template", "spec", "containers")[0].At("resources", "requests", "cpu") is not null, d.Name));
        Assert.Contains("USER 1654\n", ApprovedText.Read("deploy/Dockerfile"), StringComparison.Ordinal);
        Assert.Contains("<ContainerUser>1654<", ApprovedText.Read("deploy/Image.targets"), StringComparison.Ordinal);
        Assert.Equal(["migrate", "--expand"], job.List("containers")[0].List("command").Skip(1).Select(c => c.ToString()));
    }

    [Fact]
    public void Process_when_it_is_asked_to_stop_has_the_time_that_it_needs()
    {
        var grace = ProcessPod.Number("terminationGracePeriodSeconds");
        var pause = ProcessContainer.Number("lifecycle", "preStop", "sleep", "seconds");
        Assert.True(pause > 0);
        Assert.True(grace >= pause + SettingNames.ShutdownTimeout().TotalSeconds + 5, $"{grace} s are too few");
        Assert.Equal("0", Process.Text("spec", "strategy", "rollingUpdate", "maxUnavailable"));
    }

    [Fact]
    public void Ports_when_they_are_named_are_that_of_the_service()
    {
        var port = ProcessContainer.List("ports")[0].Text("containerPort");
        Assert.Equal("http", ProcessContainer.List("ports")[0].Text("name"));
        Assert.Equal($"http://+:{port}", All.Single(m => m.File.EndsWith("base/settings.yaml", StringComparison.Ordinal)).Root.Text("data", "ASPNETCORE_URLS"));
        Assert.Contains($"EXPOSE {port}\n", ApprovedText.Read("deploy/Dockerfile"), StringComparison.Ordinal);
        Assert.All(All.Where(m => m.Kind == "Service").SelectMany(m => m.Root.List("spec", "ports")), p => Assert.Equal("http", p.Text("targetPort")));
        Assert.All(
            All.Where(m => m.Kind == "NetworkPolicy").SelectMany(m => m.Root.List("spec", "ingress")).SelectMany(i => i.List("ports")),
            p => Assert.Equal(port, p.Text("port")));
        Assert.All(All.Where(m => m.Kind == "NetworkPolicy").SelectMany(m => m.Root.List("spec", "ingress")), i => Assert.NotEmpty(i.List("from")));
    }

    [Fact]
    public void Processes_when_there_are_many_are_scaled_within_the_lanes_and_never_all_disturbed()
    {
        var lanes = int.Parse(All.Single(m => m.File.EndsWith("base/settings.yaml", StringComparison.Ordinal)).Root.Text("data", "Messaging__Partitions"), System.Globalization.CultureInfo.InvariantCulture);
        var scaled = All.Where(m => m.Kind is "HorizontalPodAutoscaler" or "ScaledObject").ToList();
        Assert.Equal(Deployments.Select(d => d.Name).Order(StringComparer.Ordinal), scaled.Select(s => s.Root.Text("spec", "scaleTargetRef", "name")).Order(StringComparer.Ordinal));
        Assert.Equal(Deployments.Select(d => d.Name).Order(StringComparer.Ordinal), All.Where(m => m.Kind == "PodDisruptionBudget").Select(m => m.Name).Order(StringComparer.Ordinal));
        foreach (var one in scaled)
        {
            var most = one.Root.Number("spec", one.Kind == "ScaledObject" ? "maxReplicaCount" : "maxReplicas");
            Assert.True(one.Root.Number("spec", one.Kind == "ScaledObject" ? "minReplicaCount" : "minReplicas") >= 2);
            Assert.True(one.Name == "orchestrator-http" || most <= lanes, $"{one.Name} has up to {most} processes for {lanes} lanes");
            // Without KEDA there is a number of processes, and a process that is scaled by the processor has none.
            Assert.Equal(one.Kind == "ScaledObject", Deployments.Single(d => d.Name == one.Root.Text("spec", "scaleTargetRef", "name")).Root.At("spec", "replicas") is not null);
        }
        foreach (var trigger in scaled.SelectMany(s => s.Root.List("spec", "triggers")).Select(t => t.At("metadata")))
        {
            Assert.Contains(trigger.Text("topic"), Topics.All);
            Assert.Contains(trigger.Text("consumerGroup"), (string[])
            [
                Orchestrator.Sagas.SagasModule.Group, Orchestrator.Sagas.AccountSagasModule.Group, Orchestrator.Ledger.LedgerModule.Group,
                Orchestrator.Casework.CaseworkModule.GroupName, Orchestrator.Activity.ActivityModule.GroupName,
            ]);
        }
    }
}
