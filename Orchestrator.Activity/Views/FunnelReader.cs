using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Activity.Funnels;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Activity.Views;

/// <summary>Reads how far visitors came.</summary>
/// <param name="database">Where it is stored.</param>
/// <param name="options">What the steps are, as this process is configured; a funnel that it does not know has numbers alone.</param>
public sealed class FunnelReader(NpgsqlDataSource database, IOptions<ActivityOptions> options)
{
    /// <summary>Funnels by name and step: from the day $1 on and before the day $2.</summary>
    internal const string Sql =
        "select funnel, step, sum(visitors)::bigint from activity.funnel where day >= $1 and day < $2 group by funnel, step order by funnel, step";

    /// <summary>All funnels of the days from <paramref name="from"/> on and before <paramref name="to"/>. Who came on two days counts on both.</summary>
    public async Task<IReadOnlyList<FunnelView>> ListAsync(DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(from), Of(to) });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await ReadAsync(rows, options.Value.Funnels, cancellationToken);
    }

    /// <summary>The rows of <see cref="Sql"/>.</summary>
    internal static async Task<IReadOnlyList<FunnelView>> ReadAsync(NpgsqlDataReader rows, IEnumerable<FunnelOptions> known, CancellationToken cancellationToken)
    {
        var steps = new List<(string Funnel, int Step, long Visitors)>();
        while (await rows.ReadAsync(cancellationToken))
            steps.Add((rows.GetString(0), rows.GetInt16(1), rows.GetInt64(2)));
        var names = known.ToDictionary(f => f.Name, f => f.Steps, StringComparer.Ordinal);
        return
        [
            .. steps.GroupBy(s => s.Funnel, StringComparer.Ordinal).Select(funnel =>
            {
                var first = funnel.Where(s => s.Step == 1).Sum(s => s.Visitors);
                return new FunnelView(funnel.Key, [.. funnel.Select(s => new FunnelStep(s.Step, names.GetValueOrDefault(s.Funnel)?.ElementAtOrDefault(s.Step - 1), s.Visitors, Parts.Of(s.Visitors, first)))]);
            }),
        ];
    }
}
