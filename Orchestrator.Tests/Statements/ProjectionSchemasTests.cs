using Orchestrator.Ledger.Projections;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Ledger;

namespace Orchestrator.Tests.Statements;

public sealed class ProjectionSchemasTests(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    [Fact]
    public async Task Schema_when_asked_for_is_the_one_that_is_stored()
    {
        var schemas = new StoredProjectionSchemas(Database);
        Assert.Null(await schemas.ActiveSchemaAsync("unheard_of", default));
        await ExecuteAsync("drop table if exists ledger.projection cascade");
        Assert.Null(await schemas.ActiveSchemaAsync("statements", default));

        await ExecuteAsync("""
            create table ledger.projection (name text primary key, active_schema text);
            insert into ledger.projection values ('statements', 'statements_7'), ('reports', null), ('bad', 'x; drop schema ledger cascade')
            """);

        Assert.Equal("statements_7", await schemas.ActiveSchemaAsync("statements", default));
        Assert.Null(await schemas.ActiveSchemaAsync("reports", default));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await schemas.ActiveSchemaAsync("bad", default));
    }
}
