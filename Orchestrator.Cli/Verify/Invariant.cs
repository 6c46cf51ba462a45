using Orchestrator.Messaging.Schema;

namespace Orchestrator.Cli.Verify;

/// <summary>
/// Something that must hold in the store, as a query for what breaks it: no row, no breach. Every project keeps its own as
/// <c>Verify/*.sql</c> beside the migrations' assembly, with a header of comments: <c>-- name:</c>, <c>-- meaning:</c> and,
/// where it holds only while nothing is under way, <c>-- when: settled</c>.
/// </summary>
/// <param name="Name">Stable, for scripts.</param>
/// <param name="Meaning">One sentence for people.</param>
/// <param name="WhenSettled">Whether it holds only while nothing is under way.</param>
/// <param name="Sql">One query.</param>
public sealed record Invariant(string Name, string Meaning, bool WhenSettled, string Sql)
{
    const string Folder = "verify/";

    /// <summary>All that this version knows, by name.</summary>
    public static IReadOnlyList<Invariant> All { get; } =
        [.. typeof(Migrations).Assembly.GetManifestResourceNames()
            .Where(resource => resource.StartsWith(Folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(resource => Parse(resource, Read(resource)))];

    /// <summary>Reads a query with its header.</summary>
    /// <exception cref="FormatException">The header has no name or no meaning.</exception>
    public static Invariant Parse(string source, string sql) =>
        new(Required("name", source, sql), Required("meaning", source, sql), Field(sql, "when") == "settled", sql);

    static string Required(string field, string source, string sql) =>
        Field(sql, field) ?? throw new FormatException($"{source} begins without '-- {field}: ...'");

    static string? Field(string sql, string name) =>
        sql.Split('\n')
            .TakeWhile(line => line.StartsWith("--", StringComparison.Ordinal))
            .Select(line => line[2..].Trim())
            .Where(line => line.StartsWith(name + ":", StringComparison.Ordinal))
            .Select(line => line[(name.Length + 1)..].Trim())
            .FirstOrDefault(value => value.Length > 0);

    static string Read(string resource)
    {
        using var text = new StreamReader(typeof(Migrations).Assembly.GetManifestResourceStream(resource)!);
        return text.ReadToEnd();
    }
}
