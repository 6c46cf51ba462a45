using Npgsql;

namespace Orchestrator.Tests.Infrastructure;

public sealed class TestInfrastructureTests(TestInfrastructure infrastructure)
{
    [Fact]
    public async Task Database_when_it_is_created_migrated_does_have_the_schema_and_be_its_owners_alone()
    {
        await using var one = await infrastructure.CreateMigratedDatabaseAsync();
        await using var other = await infrastructure.CreateMigratedDatabaseAsync();
        Assert.NotEqual(one.Name, other.Name);

        await using var connection = new NpgsqlConnection(one.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("select count(*) from public.schema_migrations", connection);
        Assert.NotEqual(0L, await command.ExecuteScalarAsync());
    }
}
