using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Balances;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Parking;

namespace Orchestrator.Api.Parked;

/// <summary>Which parked messages an address asks for.</summary>
/// <param name="Group">Of this cause.</param>
/// <param name="Lanes">That this group of lanes could not take.</param>
/// <param name="Topic">Of this topic.</param>
/// <param name="Key">Of this key.</param>
/// <param name="Type">Of this ce_type.</param>
/// <param name="ErrorCode">With an error of this name.</param>
/// <param name="Status">With this status.</param>
/// <param name="From">Parked from then on.</param>
/// <param name="To">Parked before then.</param>
/// <param name="Text">Whose error holds this text.</param>
sealed record ParkedQuery(
    [FromQuery] string? Group, [FromQuery] string? Lanes, [FromQuery] string? Topic, [FromQuery] string? Key, [FromQuery] string? Type, [FromQuery] string? ErrorCode,
    [FromQuery] string? Status, [FromQuery] string? From, [FromQuery] string? To, [FromQuery] string? Text)
{
    const int MaxName = 255;
    const int MaxKey = 500;

    /// <summary>The filter. Adds what is wrong.</summary>
    public ParkedFilter Read(ContractErrors errors)
    {
        var filter = new ParkedFilter
        {
            Cause = Group, Lanes = Lanes, Topic = Topic, Key = Key, Type = Type, ErrorCode = ErrorCode, Status = Status, Text = Text,
            From = QueryValues.Instant(From, "from", errors), To = QueryValues.Instant(To, "to", errors),
        };
        Check(filter, errors);
        errors.Text(Text, "text", MaxName);
        return filter;
    }

    /// <summary>Adds what is wrong with a filter.</summary>
    public static void Check(ParkedFilter filter, ContractErrors errors, string prefix = "")
    {
        errors.Text(filter.Cause, $"{prefix}group", MaxName);
        errors.Text(filter.Lanes, $"{prefix}lanes", MaxName);
        errors.Text(filter.Topic, $"{prefix}topic", MaxName);
        errors.Text(filter.Key, $"{prefix}key", MaxKey);
        errors.Text(filter.Type, $"{prefix}type", MaxName);
        errors.Text(filter.ErrorCode, $"{prefix}errorCode", MaxName);
        if (filter.Status is not null && !ParkedFilter.Statuses.Contains(filter.Status, StringComparer.Ordinal))
            errors.Add("unknown_status", $"{prefix}status", $"one of {string.Join(", ", ParkedFilter.Statuses)}");
        if (filter.From > filter.To)
            errors.Add("from_after_to", $"{prefix}from", "not after to");
    }
}
