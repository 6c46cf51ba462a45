using System.Text.Json;
using Npgsql;
using Orchestrator.Activity.Customers;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Activity.Segments;

/// <summary>Says whom a definition would take in, without changing anything. It looks at a bounded number of customers, for a bounded time.</summary>
public sealed class SegmentPreview(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>The most customers that are looked at.</summary>
    public const int MaxExamined = 20_000;

    /// <summary>The most customers that are named.</summary>
    public const int MaxExamples = 20;

    const int PageSize = 1_000;

    static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);

    /// <summary>Looks at customers in the order of their ids.</summary>
    public async Task<PreviewResult> RunAsync(SegmentDefinition definition, CancellationToken cancellationToken)
    {
        var (began, now) = (time.GetTimestamp(), time.GetUtcNow());
        var (examined, matched, after) = (0, 0, "");
        var examples = new List<string>();
        while (examined < MaxExamined && time.GetElapsedTime(began) < Longest)
        {
            var page = await PageAsync(after, cancellationToken);
            foreach (var (customer, state) in page)
            {
                examined++;
                if (!definition.Has(JsonSerializer.Deserialize(state, CustomerJson.Default.CustomerState)!, now, isIn: false))
                    continue;
                matched++;
                if (examples.Count < MaxExamples)
                    examples.Add(customer);
            }
            if (page.Count < PageSize)
                return new PreviewResult(examined, matched, IsWhole: true, examples);
            after = page[^1].Customer;
        }
        return new PreviewResult(examined, matched, IsWhole: false, examples);
    }

    async Task<List<(string Customer, string State)>> PageAsync(string after, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select customer_id, state::text from activity.customer where customer_id > $1 order by customer_id limit $2");
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(after), Of(PageSize) });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var page = new List<(string Customer, string State)>();
        while (await row.ReadAsync(cancellationToken))
            page.Add((row.GetString(0), row.GetString(1)));
        return page;
    }
}

/// <summary>Whom a definition would take in.</summary>
/// <param name="Examined">How many customers were looked at.</param>
/// <param name="Matched">How many of them would be in it.</param>
/// <param name="IsWhole">Whether these were all customers.</param>
/// <param name="Examples">Some who would be in it.</param>
public sealed record PreviewResult(int Examined, int Matched, bool IsWhole, IReadOnlyList<string> Examples);
