using System.CommandLine;
using Orchestrator.Cli.Connections;

namespace Orchestrator.Cli.Ledger;

/// <summary><c>orchestrator ledger</c>: what looks into the ledger itself.</summary>
static class LedgerCommand
{
    public static Command Create(ConnectionOptions connections, TimeProvider time) =>
        new("ledger", "Look into the ledger: fold accounts again from their events.")
        {
            RebuildAccount.Create(connections, time),
        };
}
