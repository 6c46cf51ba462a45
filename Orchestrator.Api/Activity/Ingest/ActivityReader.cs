using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using Orchestrator.Api.Problems;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Activity;

namespace Orchestrator.Api.Activity.Ingest;

/// <summary>Reads what a request sends: good events become what is published, bad ones are named, each by itself. It knows no clock and makes no ids of its own.</summary>
/// <param name="ids">Makes the id of an event that has none.</param>
/// <param name="ipTruncation">What is left of addresses.</param>
sealed class ActivityReader(Func<Guid> ids, string ipTruncation)
{
    /// <summary>The most events of one request.</summary>
    public const int Most = 500;

    const int LongestUserAgent = 512;

    /// <summary>Reads a body.</summary>
    /// <exception cref="ApiProblemException">It is no JSON, or has neither one event nor a list of up to <see cref="Most"/>.</exception>
    public ReadEvents Read(ReadOnlySpan<byte> json, in Arrival arrival)
    {
        var read = new ReadEvents();
        var (events, sentAt) = Look(json);
        var stamp = new Stamp(arrival.At, sentAt, Agent(arrival.UserAgent), AddressTruncation.Apply(arrival.Address, ipTruncation));
        if (events is not { } start)
        {
            var alone = new Utf8JsonReader(json);
            alone.Read();
            One(ref alone, 0, stamp, read);
            return read;
        }
        var reader = new Utf8JsonReader(json[start..]);
        reader.Read();
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            if (index == Most)
                throw new ApiProblemException(ProblemKinds.Invalid, errors: [new ContractError("too_many_entries", "events", $"at most {Most} events")]);
            One(ref reader, index, stamp, read);
        }
        return read;
    }

    // Once over all of it: what is no JSON is refused whole, before anything of it is taken. Where its list of events begins, and when it was sent.
    static (int? Events, DateTimeOffset? SentAt) Look(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        int? events = null;
        DateTimeOffset? sentAt = null;
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new ApiProblemException(ProblemKinds.WrongShape, "a JSON object is expected: an event, or a list of events");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isEvents, isSentAt) = (reader.ValueTextEquals("events"u8), reader.ValueTextEquals("sentAt"u8));
                reader.Read();
                if (isEvents)
                    events = reader.TokenType == JsonTokenType.StartArray ? (int)reader.TokenStartIndex : throw Wrong("events", "a list of events");
                else if (isSentAt && reader.TokenType != JsonTokenType.Null)
                    sentAt = reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var sent) ? sent : throw Wrong("sentAt", "a time such as 2026-01-31T12:00:00Z");
                reader.Skip();
            }
            // Behind its end there is nothing.
            reader.Read();
            return (events, sentAt);
        }
        catch (JsonException e)
        {
            throw new ApiProblemException(ProblemKinds.NotJson, $"line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}");
        }
    }

    static ApiProblemException Wrong(string field, string expected) => new(ProblemKinds.WrongShape, errors: [new ContractError("wrong_type", field, expected)]);

    void One(ref Utf8JsonReader reader, int index, in Stamp stamp, ReadEvents read)
    {
        var behind = reader;
        behind.Skip();
        SentEvent? sent;
        try
        {
            sent = JsonSerializer.Deserialize(ref reader, IngestJson.Default.SentEvent);
        }
        catch (JsonException e)
        {
            reader = behind;
            read.Refuse(index, [new ContractError("wrong_type", e.Path is { Length: > 2 } path ? path[2..] : "$", "another type than this field has, or a field given twice")]);
            return;
        }
        var errors = new ContractErrors();
        var taken = Take(sent, stamp, errors);
        if (errors.None)
            read.Taken.Add(taken!);
        else
            read.Refuse(index, errors.All);
    }

    ActivityRecorded? Take(SentEvent? sent, in Stamp stamp, ContractErrors errors)
    {
        if (sent?.Type is not { } type)
        {
            errors.Add("missing_field", sent is null ? "$" : "type", "click, page_view, page_ping or custom");
            return null;
        }
        var sentAt = sent.SentAt ?? stamp.SentAt;
        if (sent.CreatedAt is { } createdAt)
            errors.Instant(createdAt, "createdAt");
        var corrected = SkewCorrection.Apply(sent.CreatedAt, sentAt, stamp.At);
        if (corrected is null)
            errors.Add("clock_skew", "sentAt", "a clock that is at most a day away from that of the service");
        var taken = new ActivityRecorded(
            sent.EventId ?? ids(), type, sent.VisitorId ?? "", corrected ?? stamp.At, sent.CustomerId, sent.SessionId, sent.Url, sent.Referrer, sent.Title, sent.Element,
            sent.DeviceId, stamp.UserAgent, stamp.Ip, sent.Name, sentAt?.ToUniversalTime(), stamp.At, sent.Properties);
        taken.Validate(errors);
        return taken;
    }

    // What else stands there is of no use to anybody, and must not make good events bad ones.
    static string? Agent(string? given)
    {
        if (string.IsNullOrWhiteSpace(given) || given.AsSpan().ContainsAnyInRange('\0', '\u001f'))
            return null;
        return given.Length <= LongestUserAgent ? given : given[..LongestUserAgent];
    }

    // What the events of a request share.
    [StructLayout(LayoutKind.Auto)]
    readonly record struct Stamp(DateTimeOffset At, DateTimeOffset? SentAt, string? UserAgent, string? Ip);
}

/// <summary>What the service knows of a request by itself.</summary>
/// <param name="At">When it was received.</param>
/// <param name="UserAgent">The browser as it names itself.</param>
/// <param name="Address">Where it came from.</param>
[StructLayout(LayoutKind.Auto)]
readonly record struct Arrival(DateTimeOffset At, string? UserAgent, IPAddress? Address);

/// <summary>What was read of a request.</summary>
sealed class ReadEvents
{
    /// <summary>Events to be published, in their order.</summary>
    public List<ActivityRecorded> Taken { get; } = [];

    /// <summary>Events that cannot be taken.</summary>
    public List<RefusedEvent> Refused { get; } = [];

    /// <summary>Adds one that cannot be taken.</summary>
    public void Refuse(int index, IReadOnlyList<ContractError> errors) => Refused.Add(new RefusedEvent(index, [.. errors.Select(e => new ProblemField(e.Code, e.Field, e.Detail))]));
}
