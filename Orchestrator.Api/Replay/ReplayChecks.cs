using Orchestrator.Contracts;
using Orchestrator.Messaging.Replay;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Api.Replay;

/// <summary>Reads a request for a replay, and says by name what is wrong with it.</summary>
sealed class ReplayChecks(MessageCatalog catalog, IReplayProjections projections)
{
    const int MostListed = 100;
    const int MostPartitions = 1_024;
    const int LongestReason = 500;
    const int LongestKey = 500;
    const int LongestHeader = 200;
    const int FastestRate = 1_000_000;
    const int LongestKept = 168;

    // A group's processor has effects outside of its own tables, and what was done is known to its own inbox alone: under another name all of it would be done again.
    const string GroupsHaveEffects =
        "no group of the service is run a second time: what its processor publishes, schedules and writes is live whatever the group is called, and the inbox of another name does not know what "
        + "was done. Replay into a topic and read that, or into projection:<name>; the derivations that are the ledger's projections are rebuilt by POST /v1/projections/{name}/rebuild";

    /// <summary>What is asked for; errors are added where it is not to be done.</summary>
    public ReplayOrder Read(StartReplayRequest request, Guid id, ContractErrors errors)
    {
        errors.Required(request.Reason, "reason", LongestReason);
        errors.Required(request.Topic, "topic");
        if (!string.IsNullOrWhiteSpace(request.Topic) && !Topics.Contains(request.Topic))
            errors.Add("unknown_topic", "topic", $"one of {string.Join(", ", Topics.Order(StringComparer.Ordinal))}");
        CheckBounds(request, errors);
        CheckFilter(request, errors);
        if (request.RatePerSecond is < 1 or > FastestRate)
            errors.Add("out_of_range", "ratePerSecond", $"from 1 to {FastestRate} messages a second");
        if (request.MaxMessages is < 1)
            errors.Add("out_of_range", "maxMessages", "from 1");
        if (request.KeepHours is < 1 or > LongestKept)
            errors.Add("out_of_range", "keepHours", $"from 1 to {LongestKept} hours");
        return new ReplayOrder(
            request.Topic, Target(request, id, errors), new ReplayFilter(request.Types, request.Keys, request.Headers), request.Partitions, Bound(request.FromOffset, request.From),
            Bound(request.ToOffset, request.To), request.RatePerSecond, request.MaxMessages, request.AllowGaps, request.KeepHours, request.DryRun);
    }

    HashSet<string> Topics { get; } = [.. catalog.All.Select(c => c.Topic)];

    static ReplayBound? Bound(long? offset, DateTimeOffset? time) => offset is null && time is null ? null : new ReplayBound(offset, time?.ToUniversalTime());

    static void CheckBounds(StartReplayRequest request, ContractErrors errors)
    {
        if (request.Partitions is { } partitions && (partitions.Count is 0 or > MostPartitions || partitions.Any(p => p < 0) || partitions.Distinct().Count() != partitions.Count))
            errors.Add("out_of_range", "partitions", $"from 1 to {MostPartitions} different partitions, from 0");
        if (request.FromOffset is not null && request.From is not null)
            errors.Add("one_of_two", "from", "fromOffset or from, not both");
        if (request.ToOffset is not null && request.To is not null)
            errors.Add("one_of_two", "to", "toOffset or to, not both");
        if (request.FromOffset is < 0)
            errors.Add("out_of_range", "fromOffset", "from 0");
        if (request.ToOffset is { } end && end <= (request.FromOffset ?? 0))
            errors.Add("from_after_to", "toOffset", "behind fromOffset");
        if (request.From is { } from)
            errors.Instant(from, "from");
        if (request.To is { } to)
            errors.Instant(to, "to");
        if (request.From >= request.To)
            errors.Add("from_after_to", "from", "before to");
    }

    static void CheckFilter(StartReplayRequest request, ContractErrors errors)
    {
        CheckList(request.Types, "types", ContractErrors.MaxTextLength, errors);
        CheckList(request.Keys, "keys", LongestKey, errors);
        if (request.Headers is not { } headers)
            return;
        CheckList([.. headers.Keys], "headers", LongestHeader, errors);
        foreach (var value in headers.Values)
            errors.Text(value, "headers", LongestKey);
    }

    static void CheckList(IReadOnlyList<string>? items, string field, int longest, ContractErrors errors)
    {
        if (items is null)
            return;
        if (items.Count is 0 or > MostListed)
            errors.Add("too_many_entries", field, $"from 1 to {MostListed}, or absent");
        foreach (var item in items)
            errors.Required(item, field, longest);
    }

    ReplayTarget Target(StartReplayRequest request, Guid id, ContractErrors errors)
    {
        if (string.Equals(request.Target, StartReplayRequest.TopicTarget, StringComparison.Ordinal))
            return ReplayTarget.TopicOf(id);
        if (request.Target?.StartsWith(StartReplayRequest.GroupTarget, StringComparison.Ordinal) == true)
        {
            errors.Add("group_has_effects", "target", GroupsHaveEffects);
        }
        else if (request.Target?.StartsWith(StartReplayRequest.ProjectionTarget, StringComparison.Ordinal) == true)
        {
            var name = request.Target[StartReplayRequest.ProjectionTarget.Length..];
            if (projections.All.FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.Ordinal)) is { } known)
            {
                if (!string.Equals(known.Topic, request.Topic, StringComparison.Ordinal))
                    errors.Add("not_its_topic", "target", $"{name} is folded from {known.Topic}");
                return new ReplayTarget(ReplayTargetKind.Projection, name);
            }
            errors.Add("unknown_projection", "target", $"one of {string.Join(", ", projections.All.Select(p => p.Name).Order(StringComparer.Ordinal))}");
        }
        else
        {
            errors.Add("unknown_target", "target", "topic, or projection: and the name of one");
        }
        return ReplayTarget.TopicOf(id);
    }
}
