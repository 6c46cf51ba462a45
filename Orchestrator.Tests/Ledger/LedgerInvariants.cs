using Npgsql;
using Orchestrator.Messaging.Schema;

namespace Orchestrator.Tests.Ledger;

/// <summary>The ledger's questions of <c>orchestrator verify</c>, asked of a database.</summary>
static class LedgerInvariants
{
    const string Folder = "verify/";

    public static IReadOnlyList<string> Names { get; } = typeof(Migrations).Assembly.GetManifestResourceNames()
        .Where(n => n.StartsWith(Folder + "ledger_", StringComparison.Ordinal)).Select(n => n[Folder.Length..^".sql".Length]).Order(StringComparer.Ordinal).ToList();

    /// <summary>The names of those that do not hold.</summary>
    /// <param name="database">Where to ask.</param>
    /// <param name="settled">Whether nothing is under way, so that those marked <c>when: settled</c> must hold too.</param>
    public static async Task<IReadOnlyList<string>> BrokenAsync(NpgsqlDataSource database, bool settled)
    {
        var broken = new List<string>();
        foreach (var name in Names)
        {
            await using var stream = typeof(Migrations).Assembly.GetManifestResourceStream(Folder + name + ".sql")!;
            using var text = new StreamReader(stream);
            var sql = await text.ReadToEndAsync();
            if (!settled && sql.Contains("-- when: settled", StringComparison.Ordinal))
                continue;
            await using var command = database.CreateCommand(sql);
            await using var rows = await command.ExecuteReaderAsync();
            if (rows.HasRows)
                broken.Add(name);
        }
        return broken;
    }
}
