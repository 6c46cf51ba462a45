using System.Globalization;
using System.Text.Json.Serialization;
using Npgsql;

namespace Orchestrator.Messaging.Parking;

/// <summary>Which parked messages are meant; what is null is not asked about.</summary>
public sealed record ParkedFilter
{
    /// <summary>All of them.</summary>
    public static ParkedFilter All { get; } = new();

    /// <summary>One message.</summary>
    public long? ParkedId { get; init; }

    /// <summary>Those of a cause.</summary>
    public string? Cause { get; init; }

    /// <summary>Those that a group of lanes could not take.</summary>
    public string? Lanes { get; init; }

    /// <summary>Those of a topic.</summary>
    public string? Topic { get; init; }

    /// <summary>Those of a key.</summary>
    public string? Key { get; init; }

    /// <summary>Those of a ce_type.</summary>
    public string? Type { get; init; }

    /// <summary>Those with an error of this name.</summary>
    public string? ErrorCode { get; init; }

    /// <summary><c>refused</c>, <c>failed</c> or <c>queued</c>.</summary>
    public string? Status { get; init; }

    /// <summary>Those parked from then on.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Those parked before then.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Those whose error holds this text: its name, its exception's type or what was wrong; upper and lower case are one.</summary>
    public string? Text { get; init; }

    /// <summary>Whether it asks about nothing.</summary>
    [JsonIgnore]
    public bool IsAll => this == All;

    /// <summary>The statuses there are.</summary>
    public static IReadOnlyList<string> Statuses { get; } = [ParkedStatus.Refused, ParkedStatus.Failed, ParkedStatus.Queued];

    /// <summary>What <see cref="Text"/> is looked for in.</summary>
    public static string ErrorOf(ParkedView view) => string.Join(' ', new[] { view.ErrorCode, view.ExceptionType, view.Detail }.Where(t => t is not null));

    /// <summary>The conditions, each after an <c>and</c>; only what is asked for is in the statement.</summary>
    internal string Conditions(NpgsqlParameterCollection parameters)
    {
        var sql = "";
        Add(ParkedId, "p.parked_id = {0}");
        Add(Cause, $"p.status <> 'queued' and {ParkedRows.Cause} = {{0}}");
        Add(Lanes, "g.name = {0}");
        Add(Topic, "p.topic = {0}");
        Add(Key, "p.message_key = {0}");
        Add(Type, "p.message_type = {0}");
        Add(ErrorCode, "p.error_code = {0}");
        Add(Status, "p.status = {0}");
        Add(From?.ToUniversalTime(), "p.parked_at >= {0}");
        Add(To?.ToUniversalTime(), "p.parked_at < {0}");
        Add(Text, "position(lower({0}) in lower(concat_ws(' ', p.error_code, p.exception_type, p.detail))) > 0");
        return sql;

        void Add<T>(T? value, string condition)
        {
            if (value is null)
                return;
            parameters.Add(new NpgsqlParameter { Value = value });
            sql += " and " + string.Format(CultureInfo.InvariantCulture, condition, $"${parameters.Count}");
        }
    }
}
