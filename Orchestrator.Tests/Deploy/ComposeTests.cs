using Orchestrator.Tests.Approved;
using YamlDotNet.RepresentationModel;

namespace Orchestrator.Tests.Deploy;

/// <summary>What compose.yml says: nothing is open to other machines, the service runs as in production, and no password is written but those for development.</summary>
public sealed class ComposeTests
{
    static readonly YamlNode Compose = Manifest.Of("compose.yml")[0].Root;

    [Fact]
    public void Ports_when_they_are_published_are_so_on_this_machine_alone()
    {
        var ports = Compose.Map("services").SelectMany(s => s.Value.List("ports")).Select(p => p.ToString()).ToList();
        Assert.True(ports.Count >= 6);
        Assert.All(ports, port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
    }

    [Fact]
    public void Service_when_it_runs_may_do_no_more_than_elsewhere()
    {
        var service = Compose.At("services", "service");
        Assert.Equal("true", service.Text("read_only"));
        Assert.Equal("1654:1654", service.Text("user"));
        Assert.Equal("ALL", Assert.Single(service.List("cap_drop")).ToString());
        Assert.Contains("no-new-privileges:true", service.List("security_opt").Select(o => o.ToString()));
        Assert.Equal("CMD", service.List("healthcheck", "test")[0].ToString());
        Assert.True(int.Parse(service.Text("stop_grace_period").TrimEnd('s'), System.Globalization.CultureInfo.InvariantCulture) > SettingNames.ShutdownTimeout().TotalSeconds);
        Assert.All(service.Map("environment").Keys, name => Assert.True(SettingNames.Exist(name), $"{name} is no setting"));
    }

    [Fact]
    public void Parts_when_they_are_optional_are_asked_for_by_name()
    {
        Assert.Equal("registry", Assert.Single(Compose.List("services", "registry", "profiles")).ToString());
        Assert.Equal(["grafana", "kafka", "postgres", "prometheus", "registry", "service"], Compose.Map("services").Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Passwords_when_they_are_written_are_those_of_development()
    {
        var values = Compose.All().OfType<YamlScalarNode>().Select(n => n.Value ?? "").Where(v => v.Contains("assword", StringComparison.Ordinal) && v.Contains('=', StringComparison.Ordinal));
        Assert.All(values, v => Assert.Contains("${POSTGRES_PASSWORD:-orchestrator-development}", v, StringComparison.Ordinal));
        Assert.All(
            Compose.Map("services").SelectMany(s => s.Value.Map("environment")).Where(e => e.Key.EndsWith("PASSWORD", StringComparison.Ordinal)),
            e => Assert.StartsWith("${", e.Value.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void Files_when_they_are_mounted_are_below_deploy() =>
        Assert.All(
            Compose.Map("services").SelectMany(s => s.Value.List("volumes")).Select(v => v.ToString().Split(':')).Where(v => v[0].StartsWith('.')),
            v => Assert.True(v[0] is "./deploy/prometheus" or "./deploy/grafana/provisioning" or "./deploy/grafana/dashboards" && v[^1] == "ro", string.Join(':', v)));

    [Fact]
    public void Image_when_it_is_built_has_no_shell_to_need_and_checks_itself()
    {
        var dockerfile = ApprovedText.Read("deploy/Dockerfile");
        var last = dockerfile[dockerfile.LastIndexOf("\nFROM ", StringComparison.Ordinal)..];
        Assert.Contains("-chiseled", last, StringComparison.Ordinal);
        Assert.DoesNotContain("\nRUN ", last, StringComparison.Ordinal);
        Assert.Contains("CMD [\"/app/orchestrator\", \"health\"]", last, StringComparison.Ordinal);
    }
}
