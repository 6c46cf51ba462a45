using System.Text.Json;
using Npgsql;
using Orchestrator.Activity.Store;
using Orchestrator.Messaging.Rows;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Activity.Customers;

/// <summary>
/// What is kept about a customer, given out and erased. The lane that has the customer in memory finds his row gone with his next fact, and begins with nothing.
/// </summary>
public sealed class CustomerRecords(NpgsqlDataSource database) : ICustomerRecords
{
    // His row first, as his lane does: then neither waits for the other.
    static readonly string[] Erasures =
    [
        "delete from activity.customer where customer_id = $1",
        "delete from activity.segment_member where customer_id = $1",
        "delete from activity.segment_change where customer_id = $1",
        "delete from activity.account_owner where customer_id = $1",
    ];

    /// <summary>What is known about a customer; null when it is nothing.</summary>
    public async Task<CustomerRecord?> FindAsync(string customerId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select state::text, sequence, next_due, changed_at from activity.customer where customer_id = $1");
        command.Parameters.Add(Of(customerId));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new CustomerRecord(
                customerId, JsonSerializer.Deserialize(row.GetString(0), CustomerJson.Default.CustomerState)!, row.GetInt64(1), row.Instant(2), row.GetFieldValue<DateTimeOffset>(3))
            : null;
    }

    /// <inheritdoc />
    public string Name => "profile";

    /// <inheritdoc />
    public async Task<JsonElement?> ExportAsync(string customerId, CancellationToken cancellationToken) =>
        await FindAsync(customerId, cancellationToken) is { } found ? JsonSerializer.SerializeToElement(found, CustomerJson.Default.CustomerRecord) : null;

    /// <summary>Erases all that is known about a customer, in the connection's transaction: the row, the segments and their changes, and that his accounts are his.</summary>
    /// <returns>Whether there was anything.</returns>
    public async Task<bool> EraseAsync(NpgsqlConnection connection, string customerId, CancellationToken cancellationToken)
    {
        var erased = 0;
        foreach (var sql in Erasures)
            erased += await ExecuteAsync(connection, sql, cancellationToken, Of(customerId));
        return erased > 0;
    }

    /// <inheritdoc />
    Task ICustomerRecords.EraseAsync(NpgsqlConnection connection, string customerId, CancellationToken cancellationToken) => EraseAsync(connection, customerId, cancellationToken);
}

/// <summary>What is known about a customer.</summary>
/// <param name="CustomerId">The customer.</param>
/// <param name="State">What is known.</param>
/// <param name="Sequence">The number of the latest change of a segment.</param>
/// <param name="NextDue">When a segment may change though nothing happens, UTC.</param>
/// <param name="ChangedAt">When anything was stored last, UTC.</param>
public sealed record CustomerRecord(string CustomerId, CustomerState State, long Sequence, DateTimeOffset? NextDue, DateTimeOffset ChangedAt);
