using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Ledger;

/// <summary>A test class with a ledger of its own for each test.</summary>
public abstract class LedgerDatabase(TestInfrastructure infrastructure) : MigratedDatabase(infrastructure)
{
    /// <summary>Forgets everything, around the triggers that refuse it.</summary>
    protected Task EmptyAsync() => ExecuteAsync("""
        alter table ledger.event disable trigger user; alter table ledger.refusal disable trigger user; alter table ledger.account disable trigger user;
        alter table ledger.chain disable trigger user; alter table ledger.linked disable trigger user; alter table ledger.linked_leg disable trigger user;
        truncate ledger.event, ledger.refusal, ledger.account, ledger.chain, ledger.linked, ledger.linked_leg;
        alter table ledger.event enable trigger user; alter table ledger.refusal enable trigger user; alter table ledger.account enable trigger user;
        alter table ledger.chain enable trigger user; alter table ledger.linked enable trigger user; alter table ledger.linked_leg enable trigger user
        """);
}
