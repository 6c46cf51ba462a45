using Orchestrator.Messaging.Parking;

namespace Orchestrator.Api.Parked;

/// <summary>Parked messages.</summary>
/// <param name="Total">How many there are.</param>
/// <param name="Groups">Those that share a cause, the largest first.</param>
/// <param name="Items">A page of them, oldest first.</param>
/// <param name="Next">What to pass as <c>after</c> for the next page; absent on the last.</param>
public sealed record ParkedPage(long Total, IReadOnlyList<ParkedCauseView> Groups, IReadOnlyList<ParkedView> Items, string? Next);

/// <summary>A parked message with its contents.</summary>
/// <param name="Message">What is known of it.</param>
/// <param name="Headers">Its headers, as text.</param>
/// <param name="Body">Its body as text, up to 64 KiB.</param>
/// <param name="BodyBytes">How large the body is.</param>
/// <param name="Audit">What was done about it, oldest first.</param>
public sealed record ParkedDetail(
    ParkedView Message, IReadOnlyList<ParkedHeader> Headers, string Body, int BodyBytes, IReadOnlyList<ParkedAuditView> Audit);

/// <summary>A header of a message.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value as text.</param>
public sealed record ParkedHeader(string Name, string Value);

/// <summary>The request is noted.</summary>
/// <param name="Count">For how many messages; those that it was asked for before are not counted again.</param>
public sealed record ParkedRequested(long Count);
