using Orchestrator.Contracts.Accounts;
using Orchestrator.Decisioning.Lists;
using Orchestrator.Decisioning.RuleSets;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Decisioning.Screening;

/// <summary>
/// Says whether a customer is on the lists of those with whom there is no business, as the lists are at that moment. It keeps nothing: the same question
/// is answered anew.
/// </summary>
public sealed class ScreeningProcessor(IRulesInForce rules, ScreeningOptions options, ScreeningIndexes indexes) : LaneProcessor
{
    /// <summary>Names of those with whom there is no business.</summary>
    public const string Sanctions = "sanctions";

    /// <summary>Customers, by id or name, who open no account without a person's consent.</summary>
    public const string DeniedCustomers = "denied_customers";

    /// <summary>The most hits that are told.</summary>
    public const int MaxHits = 20;

    /// <inheritdoc />
    public override bool KnowsDuplicates => true;

    // Nobody is let in only because a process has just started.
    /// <inheritdoc />
    public override async ValueTask OpenAsync(CancellationToken cancellationToken) => await rules.Loaded.WaitAsync(cancellationToken);

    /// <inheritdoc />
    public override ValueTask HandleAsync(LaneMessage message, UnitOfWork work, CancellationToken cancellationToken)
    {
        if (message.Body is ScreenCustomer asked)
            work.Publish(new CustomerScreened(asked.AccountId, asked.CustomerId, Find(asked, work.Now.ToUnixTimeMilliseconds()), work.Now));
        return ValueTask.CompletedTask;
    }

    List<ScreeningHit> Find(ScreenCustomer asked, long nowMs)
    {
        var lists = rules.Current.Lists;
        var hits = new List<ScreeningHit>();
        foreach (var name in (string[])[Sanctions, DeniedCustomers])
        {
            var entries = lists.Find(name) ?? ListEntries.Empty;
            hits.AddRange(indexes.Of(name, entries).Find(asked.Name, options.Threshold, nowMs));
            if (name == DeniedCustomers && entries.Contains(asked.CustomerId, nowMs))
                hits.Add(new ScreeningHit(name, asked.CustomerId, NameLikeness.Most));
        }
        return [.. hits.OrderByDescending(h => h.Score).ThenBy(h => h.List, StringComparer.Ordinal).ThenBy(h => h.Entry, StringComparer.Ordinal).Take(MaxHits)];
    }
}

/// <summary>The indexes that the lanes of a process share: made when they are first asked for, and anew when their list has changed.</summary>
public sealed class ScreeningIndexes
{
    readonly Lock _lock = new();
    readonly Dictionary<string, ScreeningIndex> _byList = new(StringComparer.Ordinal);

    internal ScreeningIndex Of(string list, ListEntries entries)
    {
        lock (_lock)
        {
            if (!_byList.TryGetValue(list, out var index) || !ReferenceEquals(index.Source, entries))
                _byList[list] = index = ScreeningIndex.Of(list, entries);
            return index;
        }
    }
}
