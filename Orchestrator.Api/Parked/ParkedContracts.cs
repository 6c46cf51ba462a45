using System.Text.Json;
using Orchestrator.Messaging.Parking;

namespace Orchestrator.Api.Parked;

/// <summary>Parked messages.</summary>
/// <param name="Total">How many there are.</param>
/// <param name="Groups">Those that share a cause, the largest first; on the first page of all messages only, see also <c>/v1/parked/groups</c>.</param>
/// <param name="Items">A page of them, oldest first.</param>
/// <param name="Next">What to pass as <c>after</c> for the next page; absent on the last.</param>
public sealed record ParkedPage(long Total, IReadOnlyList<ParkedCauseView> Groups, IReadOnlyList<ParkedView> Items, string? Next);

/// <summary>The causes for which messages are parked.</summary>
/// <param name="Total">How many messages are parked.</param>
/// <param name="Items">The causes, the largest first; at most 500.</param>
public sealed record ParkedGroups(long Total, IReadOnlyList<ParkedCauseView> Items);

/// <summary>A parked message with its contents.</summary>
/// <param name="Message">What is known of it.</param>
/// <param name="Headers">Its headers, as text.</param>
/// <param name="Body">Its body, up to 64 KiB, in the form that <paramref name="BodyEncoding"/> names.</param>
/// <param name="BodyBytes">How large the body is.</param>
/// <param name="Audit">What was done about it, oldest first.</param>
/// <param name="BodyEncoding"><c>json</c>, <c>text</c>, <c>base64</c> for bytes that are no text, or <c>hidden</c> where whoever asks may not see what is no JSON.</param>
/// <param name="Queue">What is parked of its key in its lane, and the first of those that wait behind it.</param>
/// <param name="Edits">The edits that were proposed for it, the newest first; at most 20.</param>
public sealed record ParkedDetail(
    ParkedView Message, IReadOnlyList<ParkedHeader> Headers, string Body, int BodyBytes, IReadOnlyList<ParkedAuditView> Audit, string BodyEncoding, ParkedQueue? Queue,
    IReadOnlyList<ParkedEdit> Edits);

/// <summary>A header of a message.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value as text; <c>base64:</c> and the bytes where they are none.</param>
public sealed record ParkedHeader(string Name, string Value);

/// <summary>A line of an export.</summary>
/// <param name="Message">What is known of the message.</param>
/// <param name="Headers">Its headers, as text.</param>
/// <param name="Body">Its whole body, in the form that <paramref name="BodyEncoding"/> names.</param>
/// <param name="BodyEncoding">As in a message that is shown.</param>
/// <param name="BodyBytes">How large the body is.</param>
public sealed record ParkedExportLine(ParkedView Message, IReadOnlyList<ParkedHeader> Headers, string Body, string BodyEncoding, int BodyBytes);

/// <summary>The request is noted.</summary>
/// <param name="Count">For how many messages; those that it was asked for before are not counted again.</param>
public sealed record ParkedRequested(long Count);

/// <summary>Proposes another body for a parked message.</summary>
/// <param name="Payload">The whole body, as JSON. Account numbers that were shown hidden may be left as they were shown.</param>
/// <param name="Reason">Why.</param>
/// <param name="EditId">Identifies the proposal for ever; follows from the Idempotency-Key when there is none.</param>
public sealed record ProposeEditRequest(JsonElement Payload, string Reason, Guid? EditId = null);

/// <summary>Approves or rejects an edit.</summary>
/// <param name="Reason">Why.</param>
public sealed record DecideEditRequest(string Reason);

/// <summary>An edit with both messages.</summary>
/// <param name="Edit">What is known of it.</param>
/// <param name="Original">The body as it came, kept for ever.</param>
/// <param name="OriginalEncoding">As in a message that is shown.</param>
/// <param name="Edited">The body as it is proposed.</param>
/// <param name="EditedHeaders">The headers that the edited message has.</param>
public sealed record ParkedEditDetail(ParkedEdit Edit, string Original, string OriginalEncoding, string Edited, IReadOnlyList<ParkedHeader> EditedHeaders);

/// <summary>Asks for parked messages to be taken again at a rate, now or at a time.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Which">Which messages: all that fit.</param>
/// <param name="ParkedId">One message.</param>
/// <param name="All">All messages.</param>
/// <param name="RatePerSecond">How many a second at most, 1 to 1,000; what waits behind them is counted with them.</param>
/// <param name="At">When to begin, UTC, at most 30 days ahead; at once when absent or over.</param>
/// <param name="RedriveId">Identifies the redrive for ever; follows from the Idempotency-Key when there is none.</param>
public sealed record StartRedriveRequest(
    string Reason, RedriveWhich? Which = null, long? ParkedId = null, bool All = false, int? RatePerSecond = null, DateTimeOffset? At = null, Guid? RedriveId = null);

/// <summary>Which parked messages: those that fit all that is said.</summary>
/// <param name="Group">Of this cause.</param>
/// <param name="Lanes">That this group of lanes could not take.</param>
/// <param name="Topic">Of this topic.</param>
/// <param name="Key">Of this key.</param>
/// <param name="Type">Of this ce_type.</param>
/// <param name="ErrorCode">With an error of this name.</param>
/// <param name="Status"><c>refused</c> or <c>failed</c>.</param>
/// <param name="From">Parked from then on.</param>
/// <param name="To">Parked before then.</param>
public sealed record RedriveWhich(
    string? Group = null, string? Lanes = null, string? Topic = null, string? Key = null, string? Type = null, string? ErrorCode = null, string? Status = null,
    DateTimeOffset? From = null, DateTimeOffset? To = null)
{
    internal ParkedFilter ToFilter() => new()
    {
        Cause = Group, Lanes = Lanes, Topic = Topic, Key = Key, Type = Type, ErrorCode = ErrorCode, Status = Status, From = From, To = To,
    };
}
