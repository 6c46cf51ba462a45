using System.CommandLine;
using Orchestrator.Cli.Connections;

namespace Orchestrator.Cli.Ledger;

/// <summary><c>orchestrator ledger</c>.</summary>
static class LedgerCommand
{
    public static Command Create(ConnectionOptions connections, TimeProvider time)
    {
        var command = new Command("ledger", "See to the ledger: that no event was changed since it was recorded, and what is read from its events");
        foreach (var part in ChainCommands.Create(connections, time).Concat(ProjectionCommands.Create(connections)).Append(RebuildCommand.Create(connections, time)))
            command.Add(part);
        return command;
    }
}
