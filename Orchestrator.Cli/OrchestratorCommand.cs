using System.CommandLine;
using Orchestrator.Cli.Backtests;
using Orchestrator.Cli.Broker;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Decisions;
using Orchestrator.Cli.Labels;
using Orchestrator.Cli.Ledger;
using Orchestrator.Cli.Models;
using Orchestrator.Cli.Parked;
using Orchestrator.Cli.Publish;
using Orchestrator.Cli.Reconcile;
using Orchestrator.Cli.Schemas;
using Orchestrator.Cli.Simulate;
using Orchestrator.Cli.Store;
using Orchestrator.Cli.Tail;
using Orchestrator.Cli.Train;
using Orchestrator.Cli.Verify;

namespace Orchestrator.Cli;

/// <summary>The command line: every command, and the options they share.</summary>
public static class OrchestratorCommand
{
    /// <summary>Builds it.</summary>
    public static RootCommand Create(TimeProvider time)
    {
        var connections = new ConnectionOptions();
        var root = new RootCommand(
            "Moves money safely, from the command line: simulate and publish transactions, look into topics, see to parked messages, " +
            "see to the ledger, check the store, reconcile it with a bank's statement, train fraud models and put them in force, try rules and models on history, keep the schemas of messages compatible. Where a service runs from this " +
            "folder, its addresses are found in .data/endpoints.json.")
        {
            SimulateCommand.Create(connections, time),
            PublishCommand.Create(connections, time),
            TailCommand.Create(connections),
            ParkedCommand.Create(connections),
            DecisionsCommand.Create(connections),
            LabelsCommand.Create(connections),
            LedgerCommand.Create(connections, time),
            MigrateCommand.Create(connections),
            BrokerCommand.Create(),
            VerifyCommand.Create(connections, time),
            ReconcileCommand.Create(connections, time),
            TrainCommand.Create(connections),
            ModelsCommand.Create(connections),
            BacktestCommand.Create(connections, time),
            SchemasCommand.Create(connections),
        };
        connections.AddTo(root);
        return root;
    }
}
