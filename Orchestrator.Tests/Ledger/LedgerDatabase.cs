using Npgsql;
using Orchestrator.Tests.Infrastructure;
using Xunit;

namespace Orchestrator.Tests.Ledger;

/// <summary>A test class with a migrated database of its own for each test.</summary>
public abstract class LedgerDatabase(TestInfrastructure infrastructure) : IAsyncLifetime
{
    TestDatabase? _database;
    NpgsqlDataSource? _source;

    protected NpgsqlDataSource Database => _source ?? throw new InvalidOperationException("the test has not begun");

    /// <summary>How others reach it.</summary>
    protected string ConnectionString => _database?.ConnectionString ?? throw new InvalidOperationException("the test has not begun");

    public async ValueTask InitializeAsync()
    {
        _database = await infrastructure.CreateMigratedDatabaseAsync();
        _source = NpgsqlDataSource.Create(_database.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        if (_source is not null)
            await _source.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
    }

    /// <summary>Forgets everything, around the triggers that refuse it.</summary>
    protected Task EmptyAsync() => ExecuteAsync("""
        alter table ledger.event disable trigger user; alter table ledger.refusal disable trigger user; alter table ledger.account disable trigger user;
        alter table ledger.chain disable trigger user; alter table ledger.linked disable trigger user; alter table ledger.linked_leg disable trigger user;
        truncate ledger.event, ledger.refusal, ledger.account, ledger.chain, ledger.linked, ledger.linked_leg;
        alter table ledger.event enable trigger user; alter table ledger.refusal enable trigger user; alter table ledger.account enable trigger user;
        alter table ledger.chain enable trigger user; alter table ledger.linked enable trigger user; alter table ledger.linked_leg enable trigger user
        """);

    protected async Task ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
