using System.Text.Json;
using Npgsql;

namespace Orchestrator.Activity.Store;

/// <summary>What another room of activity keeps about customers: it is given out, and erased, with the rest.</summary>
public interface ICustomerRecords
{
    /// <summary>What it is, as a name of a field: for instance <c>segments</c>.</summary>
    string Name { get; }

    /// <summary>All that is kept about a customer; null when nothing is.</summary>
    Task<JsonElement?> ExportAsync(string customerId, CancellationToken cancellationToken);

    /// <summary>Erases it, in the connection's transaction.</summary>
    Task EraseAsync(NpgsqlConnection connection, string customerId, CancellationToken cancellationToken);
}
