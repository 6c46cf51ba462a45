using System.Text.Json;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Cases;
using Orchestrator.Messaging.Rows;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Casework.Events;

/// <summary>Something that happened to an alert or a case.</summary>
/// <param name="Number">Its place among all: numbers rise in the order of commits.</param>
/// <param name="EventId">Identifies it for ever.</param>
/// <param name="Kind">What happened: <see cref="EventKinds"/>.</param>
/// <param name="At">When, UTC.</param>
/// <param name="CaseId">The case.</param>
/// <param name="AccountId">The account.</param>
/// <param name="Queue">The queue.</param>
/// <param name="Json">The alert, or the case as it was then, with who changed it and why.</param>
public sealed record CaseEvent(long Number, Guid EventId, string Kind, DateTimeOffset At, Guid CaseId, string AccountId, string Queue, string Json)
{
    /// <summary>The columns that <see cref="Read"/> reads.</summary>
    internal const string Columns = "number, event_id, kind, at, case_id, account_id, queue, body";

    JsonElement? _body;

    /// <summary>What <see cref="Json"/> says.</summary>
    public JsonElement Body => _body ??= JsonDocument.Parse(Json).RootElement;

    /// <summary>What is published of it; null when that is nothing: what has happened to alerts is on a topic already.</summary>
    internal OutgoingMessage? Message(MessageCatalog catalog, string source)
    {
        IContract? contract = Kind switch
        {
            EventKinds.CaseOpened => new CaseOpened(CaseId, AccountId, Queue, Body.GetProperty("priority").GetInt32(), At, Body.GetProperty("dueAt").GetDateTimeOffset()),
            EventKinds.CaseAssigned => new CaseAssigned(CaseId, AccountId, Queue, Text("actor")!, At, Version, Text("assignee"), Text("reason")),
            EventKinds.CaseResolved => new CaseResolved(
                CaseId, AccountId, Queue, Enum.Parse<CaseFinding>(Text("outcome")!, ignoreCase: true), Text("closedBy")!, At, Version, Text("proposedBy"), Text("reason")),
            _ => null,
        };
        return contract is null ? null : OutgoingMessage.Of(catalog.Of(contract.GetType()), contract, EventId, source, At);
    }

    /// <summary>A text of the body; null when there is none.</summary>
    public string? Text(string name) => Body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    internal static CaseEvent Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetGuid(1), row.GetString(2), row.GetFieldValue<DateTimeOffset>(3), row.GetGuid(4), row.GetString(5), row.GetString(6), row.GetString(7));

    int Version => Body.GetProperty("version").GetInt32();
}
