using Npgsql;
using Orchestrator.Activity.Figures;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Activity.Views;

/// <summary>Views of a page, of what came from a site, or on a kind of device.</summary>
/// <param name="Key">Which; <c>(other)</c> for those beyond the most that are told apart.</param>
/// <param name="Views">Page views.</param>
/// <param name="Entrances">Sessions that began with it.</param>
/// <param name="Exits">Sessions whose last view it was.</param>
/// <param name="Bounces">Sessions that began with it and had no other view.</param>
/// <param name="BounceRate">Bounces as a part of entrances, from 0 to 1.</param>
public sealed record BreakdownView(string Key, long Views, long Entrances, long Exits, long Bounces, double BounceRate);

/// <summary>Reads views by page, referrer or device.</summary>
public sealed class BreakdownReader(NpgsqlDataSource database)
{
    /// <summary>The most that are listed.</summary>
    public const int MaxKeys = 500;

    /// <summary>The most viewed of the hours from <paramref name="from"/> on and before <paramref name="to"/>, the most first.</summary>
    public async Task<IReadOnlyList<BreakdownView>> ListAsync(BreakdownKind kind, DateTimeOffset from, DateTimeOffset to, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select key, sum(views)::bigint, sum(entrances)::bigint, sum(exits)::bigint, sum(bounces)::bigint from activity.breakdown
            where kind = $1 and hour >= $2 and hour < $3 group by key order by 2 desc, 3 desc, key limit $4
            """);
        command.Parameters.AddRange(new NpgsqlParameter[] { Of((short)kind), Of(from), Of(to), Of(limit) });
        var items = new List<BreakdownView>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var (entrances, bounces) = (rows.GetInt64(2), rows.GetInt64(4));
            items.Add(new BreakdownView(rows.GetString(0), rows.GetInt64(1), entrances, rows.GetInt64(3), bounces, Parts.Of(bounces, entrances)));
        }
        return items;
    }
}
