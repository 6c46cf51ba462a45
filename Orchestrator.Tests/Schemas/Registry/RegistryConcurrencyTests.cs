using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Schemas.Registry;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Schemas.Registry;

/// <summary>Two processes that register at once: each here has connections of its own, as processes have.</summary>
public sealed class RegistryConcurrencyTests(TestInfrastructure infrastructure)
{
    const int Rounds = 5;

    [Fact]
    public async Task Schemas_when_two_processes_register_them_at_once_have_one_id_each_and_ids_have_no_gap()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();
        await using var one = NpgsqlDataSource.Create(database.ConnectionString);
        await using var other = NpgsqlDataSource.Create(database.ConnectionString);
        var registries = new[] { Registry(one), Registry(other) };
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        var random = new Random(20_261_126);

        for (var round = 0; round < Rounds; round++)
        {
            // A few schemas under a few subjects, each sent by both; some are refused, which must leave no gap.
            var sent = Enumerable.Range(0, 12).Select(_ => (Subject: $"s{random.Next(3)}", Text: Schema(random.Next(10), random.Next(3)))).ToList();
            var answers = await Task.WhenAll(sent.SelectMany(s => registries.Select(r => Task.Run(() => TryAsync(r, s.Subject, s.Text)))));

            foreach (var (text, id) in answers.Where(a => a.Id > 0))
                Assert.Equal(id, known.TryAdd(text, id) ? id : known[text]);
        }

        Assert.NotEmpty(known);
        Assert.Equal(Enumerable.Range(1, known.Count), known.Values.Order());
        await using var versions = one.CreateCommand("select count(*) = count(distinct (subject, schema_id)) and count(*) = (select sum(last_version) from registry.subject) from registry.version");
        Assert.True((bool)(await versions.ExecuteScalarAsync())!);
    }

    static async Task<(string Text, int Id)> TryAsync(SchemaRegistry registry, string subject, string text)
    {
        try
        {
            return (text, (await registry.RegisterAsync(subject, SentSchema.Of(SchemaFormat.Avro, text), normalize: false, "tests", CancellationToken.None)).Stored.Id);
        }
        catch (RegistryException e) when (e.Code == 409)
        {
            return (text, 0);
        }
    }

    // The last of three kinds needs what the others do not write.
    static string Schema(int number, int kind) =>
        "{\"type\":\"record\",\"name\":\"R\",\"fields\":[" + (kind == 2 ? "{\"name\":\"n\",\"type\":\"int\"}" : $"{{\"name\":\"f{number}\",\"type\":[\"null\",\"int\"],\"default\":null}}") + "]}";

    static SchemaRegistry Registry(NpgsqlDataSource source)
    {
        var options = new RegistryOptions();
        return new SchemaRegistry(source, new RegistryConfig(source, options), options, TimeProvider.System, NullLogger<SchemaRegistry>.Instance);
    }
}
