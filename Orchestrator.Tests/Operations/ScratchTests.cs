using Orchestrator.Api.Sagas.Diagrams;
using Orchestrator.Sagas.Machines;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Tests.Operations;

public sealed class ScratchTests
{
    [Fact]
    public void Scratch_when_run_draws()
    {
        var map = MachineMap.Of(new TransactionStateMachine(new TransactionSagaOptions()));
        Directory.CreateDirectory("/tmp/desk-svg");
        File.WriteAllText("/tmp/desk-svg/machine.svg", SvgDiagram.Draw(new MachineDrawing("The saga of a transaction", "All", map, null, [])));
        string[] path = ["Initial", "Assessing", "Holding", "Held", "Releasing"];
        File.WriteAllText("/tmp/desk-svg/held.svg", SvgDiagram.Draw(new MachineDrawing("Transaction 1", "All", map, "Releasing", path)));
        File.WriteAllText("/tmp/desk-svg/held.mmd", MermaidDiagram.Draw(new MachineDrawing("Transaction 1", "All", map, "Releasing", path)));
    }
}
