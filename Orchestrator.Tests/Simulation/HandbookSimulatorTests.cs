using Orchestrator.Cli.Simulation;
using Xunit;

namespace Orchestrator.Tests.Simulation;

public sealed class HandbookSimulatorTests
{
    [Fact]
    public void Simulator_when_given_the_handbooks_parameters_gives_its_data_set_to_the_last_cent()
    {
        var all = new HandbookSimulator(new HandbookParameters()).Run().ToList();

        Assert.Equal(1_754_155, all.Count);
        Assert.Equal(14_681, all.Count(t => t.IsFraud));
        Assert.Equal((973, 9_077, 4_631), (all.Count(t => t.Scenario == 1), all.Count(t => t.Scenario == 2), all.Count(t => t.Scenario == 3)));
        Assert.Equal("e8b474a8a7a962aa75363298aca64cd017a89d2a56c65839a7be58a706d24b8f", HandbookHash.Of(all));
    }
}
