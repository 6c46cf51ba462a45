using System.Diagnostics;
using System.Text.RegularExpressions;
using Orchestrator.Tests.Approved;

namespace Orchestrator.Tests.Health;

/// <summary>Prometheus' own checker reads the rules and plays made-up series to them; and whoever is woken by one finds what to do.</summary>
public sealed partial class AlertRulesTests
{
    const string Prometheus = "deploy/prometheus";

    [Theory]
    [InlineData("check", "config", "prometheus.yml")]
    [InlineData("check", "rules", "alerts.yml")]
    [InlineData("test", "rules", "tests/alerts_test.yml")]
    public async Task Rules_when_promtool_reads_them_are_good(params string[] arguments)
    {
        var start = new ProcessStartInfo("promtool", arguments)
        {
            WorkingDirectory = Path.Combine(ApprovedText.Root, Prometheus), RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Fail("promtool is missing: apt-get install prometheus, or Prometheus' own archive; ./test installs it where it may");
            return;
        }
        using (process)
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, await output + await errors);
        }
    }

    [Fact]
    public void Alert_when_it_wakes_somebody_has_a_runbook_that_helps_and_a_test()
    {
        Assert.Equal(Alert().Count(ApprovedText.Read($"{Prometheus}/alerts.yml")), AlertRule.All.Count);
        var tested = ApprovedText.Read($"{Prometheus}/tests/alerts_test.yml");
        foreach (var alert in AlertRule.All)
        {
            Assert.Equal($"docs/runbooks/{alert.Name}.md", alert.Runbook);
            var runbook = ApprovedText.Read(alert.Runbook);
            Assert.StartsWith($"# {alert.Name}\n", runbook, StringComparison.Ordinal);
            Assert.Contains($"    {alert.Expression}\n", runbook, StringComparison.Ordinal);
            foreach (var part in new[] { "What it means", "What to look at", "What to do", "When it is over" })
                Assert.Matches($"(?m)^## {part}\n\n[^#]{{10}}", runbook);
            Assert.Contains($"        alertname: {alert.Name}\n        exp_alerts:\n", tested, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Runbook_when_it_is_there_is_of_an_alert_and_in_the_list()
    {
        var list = ApprovedText.Read("docs/runbooks/README.md");
        var runbooks = ApprovedText.FilesIn("docs/runbooks").Where(f => f != "README.md").Select(f => Path.GetFileNameWithoutExtension(f)).ToList();

        Assert.Equal(AlertRule.All.Select(a => a.Name).Order(StringComparer.Ordinal), runbooks.Order(StringComparer.Ordinal));
        Assert.All(runbooks, r => Assert.Contains($"({r}.md)", list, StringComparison.Ordinal));
        foreach (var runbook in runbooks)
        {
            foreach (var link in Links().Matches(ApprovedText.Read($"docs/runbooks/{runbook}.md")).Select(m => m.Groups["to"].Value))
                Assert.True(File.Exists(Path.Combine(ApprovedText.Root, "docs/runbooks", link)), $"{runbook} points at {link}, which is not there");
        }
    }

    [GeneratedRegex("- alert:", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Alert();

    [GeneratedRegex(@"\]\((?<to>[^)#]+)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Links();
}
