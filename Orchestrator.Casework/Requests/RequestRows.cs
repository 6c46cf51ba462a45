using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Casework.Cases;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Casework.Requests;

/// <summary>What requests with a key came to. A row is written in the transaction of what was asked for, so one without effect leaves none.</summary>
static class RequestRows
{
    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Begins a request. One that is under way with the same key is waited for.</summary>
    /// <returns>Null when it is to be done; else what it came to before.</returns>
    public static async Task<CaseResult?> BeginAsync(
        NpgsqlConnection connection, string actor, CaseRequest? request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (request is null)
            return null;
        var added = await Statements.ExecuteAsync(
            connection, "insert into casework.request (actor, key, asked, at) values (lower($1), $2, $3, $4) on conflict do nothing", cancellationToken,
            Statements.Of(actor), Statements.Of(request.Key), Statements.Of(request.Asked), Statements.Of(now));
        if (added > 0)
            return null;
        await using var command = new NpgsqlCommand("select asked, response from casework.request where actor = lower($1) and key = $2", connection)
        {
            Parameters = { Statements.Of(actor), Statements.Of(request.Key) },
        };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        // One that was forgotten a moment ago is refused this once.
        if (!await row.ReadAsync(cancellationToken) || !row.GetFieldValue<byte[]>(0).AsSpan().SequenceEqual(request.Asked))
            return new CaseResult.KeyReused();
        return new CaseResult.Done(JsonSerializer.Deserialize<CaseFile>(row.GetString(1), Json)!) { Replayed = true };
    }

    /// <summary>Keeps what it came to.</summary>
    public static async Task EndAsync(NpgsqlConnection connection, string actor, CaseRequest? request, CaseFile file, CancellationToken cancellationToken)
    {
        if (request is null)
            return;
        await Statements.ExecuteAsync(
            connection, "update casework.request set response = $3 where actor = lower($1) and key = $2", cancellationToken,
            Statements.Of(actor), Statements.Of(request.Key), new NpgsqlParameter { Value = JsonSerializer.Serialize(file, Json), NpgsqlDbType = NpgsqlDbType.Jsonb });
    }
}
