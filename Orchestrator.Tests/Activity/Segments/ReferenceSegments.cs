using System.Text.Json;
using Orchestrator.Activity.Segments;
using Orchestrator.Contracts.Customers;

namespace Orchestrator.Tests.Activity.Segments;

/// <summary>
/// A customer's segments as anybody would work them out who keeps every fact and looks at all of them each time: no buckets, no instants that are worked out ahead, none of the
/// product's code.
/// </summary>
sealed class ReferenceSegments
{
    readonly List<(CustomerFact Fact, DateTimeOffset At)> _facts = [];
    readonly SortedDictionary<string, (int Version, SegmentCondition Condition)> _definitions = new(StringComparer.Ordinal);
    readonly SortedSet<string> _in = new(StringComparer.Ordinal);

    public List<string> Changes { get; } = [];

    public IEnumerable<string> In => _in;

    public void Define(string name, SegmentCondition condition) => _definitions[name] = (_definitions.TryGetValue(name, out var old) ? old.Version + 1 : 1, condition);

    public void Take(CustomerFact fact, DateTimeOffset now)
    {
        Look(now, "time");
        _facts.Add((fact, fact.At < now ? fact.At : now));
        Look(now, fact.Kind switch
        {
            CustomerFactKind.AccountOpened => "account_opened",
            CustomerFactKind.ProfileUpdated => "profile_updated",
            CustomerFactKind.MoneySent => "money_sent",
            _ => "observed",
        });
    }

    /// <summary>Looks at every instant at which anything that is counted in days can change.</summary>
    public void Pass(DateTimeOffset from, DateTimeOffset to)
    {
        Look(from, "time");
        var instants = new SortedSet<DateTimeOffset>();
        var anchors = _facts.Select(f => f.At).Append(new DateTimeOffset(from.Date, TimeSpan.Zero));
        foreach (var anchor in anchors.Concat(_facts.Select(f => f.Fact.Profile?.CustomerSince).OfType<DateTimeOffset>()))
        {
            for (var at = anchor.AddDays(Math.Max(0, (int)(from - anchor).TotalDays)); at <= to; at = at.AddDays(1))
            {
                if (at > from)
                    instants.Add(at);
            }
        }
        foreach (var at in instants)
            Look(at, "time");
    }

    public void Look(DateTimeOffset now, string cause)
    {
        if (_facts.Count == 0)
            return;
        foreach (var (name, (version, condition)) in _definitions)
        {
            var holds = Holds(condition, now);
            if (holds == _in.Contains(name))
                continue;
            if (holds)
                _in.Add(name);
            else
                _in.Remove(name);
            Changes.Add(Text(name, version, holds, cause, now, Changes.Count + 1, _in));
        }
    }

    public static string Text(string segment, int version, bool entered, string cause, DateTimeOffset at, long sequence, IEnumerable<string> segments) =>
        $"{sequence} {at:O} {(entered ? '+' : '-')}{segment} v{version} by {cause}: {string.Join(' ', segments)}";

    bool Holds(SegmentCondition condition, DateTimeOffset now)
    {
        if (condition.All is { } all)
            return all.All(c => Holds(c, now));
        if (condition.Any is { } any)
            return any.Any(c => Holds(c, now));
        if (condition.Not is { } not)
            return !Holds(not, now);
        var value = condition.Value!.Value;
        var found = Value(condition.Field!, condition.Currency, now);
        return condition.Op switch
        {
            "exists" => found is not null == value.GetBoolean(),
            _ when found is null => false,
            "in" => value.EnumerateArray().Any(v => v.GetString() == (string)found),
            "eq" when value.ValueKind is JsonValueKind.String => (string)found == value.GetString(),
            "ne" when value.ValueKind is JsonValueKind.String => (string)found != value.GetString(),
            "eq" when value.ValueKind is not JsonValueKind.Number => (bool)found == value.GetBoolean(),
            "ne" when value.ValueKind is not JsonValueKind.Number => (bool)found != value.GetBoolean(),
            "eq" => (long)found == value.GetInt64(),
            "ne" => (long)found != value.GetInt64(),
            "lt" => (long)found < value.GetInt64(),
            "le" => (long)found <= value.GetInt64(),
            "gt" => (long)found > value.GetInt64(),
            _ => (long)found >= value.GetInt64(),
        };
    }

    object? Value(string field, string? currency, DateTimeOffset now)
    {
        var profile = _facts.Select(f => f.Fact.Profile).OfType<CustomerProfileUpdated>().OrderByDescending(p => p.Version).FirstOrDefault();
        var sent = _facts.Where(f => f.Fact.Kind == CustomerFactKind.MoneySent).ToList();
        var opened = _facts.Where(f => f.Fact.Kind == CustomerFactKind.AccountOpened).ToList();
        var seen = _facts.Where(f => f.Fact.Kind == CustomerFactKind.Observed).ToList();
        switch (field)
        {
            case "country":
                return profile?.Country;
            case "tier":
                return profile?.Tier;
            case "marketing_consent":
                return profile?.MarketingConsent;
            case "accounts":
                return opened.Select(f => f.Fact.AccountId).Distinct(StringComparer.Ordinal).LongCount();
            case "customer_age_days":
                return Days(profile?.CustomerSince ?? Earliest(opened), now);
            case "days_since_last_transaction":
                return Days(Latest(sent), now);
            case "days_since_last_seen":
                return Days(Latest(seen), now);
            case var _ when field.StartsWith("attribute:", StringComparison.Ordinal):
                return profile?.Attributes?.GetValueOrDefault(field["attribute:".Length..]);
        }
        var days = int.Parse(field[(field.LastIndexOf('_') + 1)..^1]);
        bool Counts(DateTimeOffset at) => at.Date > now.Date.AddDays(-days);
        return field[..field.LastIndexOf('_')] switch
        {
            "spent_minor" => sent.Where(f => Counts(f.At) && f.Fact.Currency == currency).Sum(f => f.Fact.AmountMinor!.Value),
            "transactions" => sent.LongCount(f => Counts(f.At)),
            "sessions" => seen.LongCount(f => f.Fact.Observed!.SessionStarted && Counts(f.Fact.Observed.SessionStartedAt)),
            _ => seen.Where(f => Counts(f.Fact.Observed!.SessionStartedAt)).GroupBy(f => (f.Fact.Observed!.VisitorId, f.Fact.Observed.SessionStartedAt))
                .Sum(session => (long)session.Max(f => f.Fact.Observed!.PagesInSession)),
        };
    }

    static long? Days(DateTimeOffset? since, DateTimeOffset now) => since is { } at ? (long)Math.Floor((now - at).TotalDays) : null;

    static DateTimeOffset? Earliest(List<(CustomerFact Fact, DateTimeOffset At)> facts) => facts.Count == 0 ? null : facts.Min(f => f.At);

    static DateTimeOffset? Latest(List<(CustomerFact Fact, DateTimeOffset At)> facts) => facts.Count == 0 ? null : facts.Max(f => f.At);
}
