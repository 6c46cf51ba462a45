using Npgsql;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Activity.Views;

/// <summary>The visitors whose first event is on a day, and who of them came back.</summary>
/// <param name="Cohort">The day, UTC.</param>
/// <param name="Visitors">How many they are.</param>
/// <param name="Days">How many did anything on the day itself and on each of the days after it; those on which nobody did are left out.</param>
public sealed record CohortView(DateOnly Cohort, long Visitors, IReadOnlyList<CohortDay> Days);

/// <summary>A day after the first.</summary>
/// <param name="DaysLater">How many days later.</param>
/// <param name="Visitors">Who did anything on it.</param>
/// <param name="Rate">The part of the cohort, from 0 to 1.</param>
public sealed record CohortDay(int DaysLater, long Visitors, double Rate);

/// <summary>Reads who came back.</summary>
public sealed class RetentionReader(NpgsqlDataSource database)
{
    /// <summary>The cohorts of the days from <paramref name="from"/> on and before <paramref name="to"/>, the oldest first.</summary>
    public async Task<IReadOnlyList<CohortView>> ListAsync(DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select cohort, days_later, sum(visitors)::bigint from activity.retention where cohort >= $1 and cohort < $2
            group by cohort, days_later having sum(visitors) > 0 order by cohort, days_later
            """);
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(from), Of(to) });
        var days = new List<(DateOnly Cohort, int DaysLater, long Visitors)>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            days.Add((rows.GetFieldValue<DateOnly>(0), rows.GetInt16(1), rows.GetInt64(2)));
        return
        [
            .. days.GroupBy(d => d.Cohort).Select(cohort =>
            {
                var first = cohort.Where(d => d.DaysLater == 0).Sum(d => d.Visitors);
                return new CohortView(cohort.Key, first, [.. cohort.Select(d => new CohortDay(d.DaysLater, d.Visitors, Parts.Of(d.Visitors, first)))]);
            }),
        ];
    }
}
