using System.Globalization;
using Microsoft.Extensions.Options;
using Orchestrator.Api.Hosting;
using Orchestrator.Decisioning.Records;
using Orchestrator.Ledger.Postings;
using Orchestrator.Messaging.Rows;
using Orchestrator.Sagas.Attention;
using Orchestrator.Sagas.Search;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Api.Sagas;

/// <summary>
/// Finds transactions' sagas the quickest way there is: what waits for somebody in its small table; those of an account by the decisions and the ledger's events, which are indexed by account;
/// those whose id is known by the key; and else a bounded stretch at a time.
/// </summary>
sealed class SagaFinder(
    AttentionReader attention, TransactionSearch search, DecisionReader decisions, AccountTransactions ledger, IOptions<TransactionSagaOptions> options)
{
    /// <summary>The most that one page holds.</summary>
    public const int MaxPage = TransactionSearch.MaxPage;

    const char OfDecisions = 'd';
    const char OfEvents = 'e';

    /// <summary>What waits for somebody, those that wait longest first.</summary>
    public async Task<Page<SagaSummary>> WaitingAsync(
        AttentionFilter filter, TransactionFilter rest, IdRange? within, AttentionCursor? after, int limit, CancellationToken cancellationToken)
    {
        var (entries, next) = await attention.ListAsync(filter, AttentionOrder.Age, after, limit, cancellationToken);
        var sagas = await search.LoadAsync([.. entries.Select(e => e.TransactionId)], cancellationToken);
        var items = new List<SagaSummary>();
        foreach (var entry in entries)
        {
            if (sagas.GetValueOrDefault(entry.TransactionId) is { } saga && rest.Has(saga) && within?.Has(entry.TransactionId) != false)
                items.Add(Summary(saga, entry));
        }
        return new Page<SagaSummary>(items, next?.ToString());
    }

    /// <summary>Those of an account: what it pays by the decisions about it, then what the ledger alone knows of it, each the newest first.</summary>
    public async Task<Page<SagaSummary>> OfAccountAsync(TransactionFilter filter, AccountCursor after, int limit, CancellationToken cancellationToken)
    {
        // With a further filter a page looks at more than it may hold.
        var look = filter.IsAccountAlone ? limit : MaxPage;
        var items = new List<SagaSummary>();
        AccountCursor? next = after;
        if (after.Decisions is { } decided)
        {
            var page = await decisions.ListAsync(new DecisionFilter(SourceAccountId: filter.AccountId), decided.At == DateTimeOffset.MaxValue ? null : decided, look, cancellationToken);
            next = await AddAsync(page.Items.Select(d => (d.TransactionId, new AccountCursor(new TimeCursor(d.AssessedAt, d.TransactionId), null))), items, filter, limit, cancellationToken)
                ?? (page.Next is { } more ? new AccountCursor(more, null) : new AccountCursor(null, long.MaxValue));
        }
        if (items.Count < limit && next.Events is { } before)
        {
            var (ids, more) = await ledger.ListAsync(filter.AccountId!, before, limit - items.Count, cancellationToken);
            var sources = await decisions.SourceAccountsAsync([.. ids], cancellationToken);
            var fresh = ids.Where(id => sources.GetValueOrDefault(id) != filter.AccountId).Distinct().ToList();
            var sagas = await search.LoadAsync(fresh, cancellationToken);
            items.AddRange(fresh.Select(sagas.GetValueOrDefault).OfType<TransactionSaga>().Where(filter.Has).Select(s => Summary(s)));
            next = more is { } version ? new AccountCursor(null, version) : null;
        }
        return new Page<SagaSummary>(items, next?.ToString());
    }

    /// <summary>Any, in the order of their ids, a bounded stretch a page.</summary>
    public async Task<Page<SagaSummary>> WalkAsync(TransactionFilter filter, IdRange? within, Guid? after, int limit, CancellationToken cancellationToken)
    {
        var page = await search.WalkAsync(filter, within, after, limit, cancellationToken);
        return new Page<SagaSummary>([.. page.Items.Select(s => Summary(s))], page.Next?.ToString());
    }

    // Where the page is full before all that was looked at is through, it goes on behind the last that it holds.
    async Task<AccountCursor?> AddAsync(
        IEnumerable<(Guid Id, AccountCursor Here)> looked, List<SagaSummary> items, TransactionFilter filter, int limit, CancellationToken cancellationToken)
    {
        var all = looked.ToList();
        var sagas = await search.LoadAsync([.. all.Select(l => l.Id)], cancellationToken);
        foreach (var (id, here) in all)
        {
            if (sagas.GetValueOrDefault(id) is not { } saga || !filter.Has(saga))
                continue;
            items.Add(Summary(saga));
            if (items.Count == limit)
                return here;
        }
        return null;
    }

    SagaSummary Summary(TransactionSaga saga, AttentionEntry? entry = null) => SagaViews.Summary(saga, options.Value.RepeatsBeforeAlert, entry);

    /// <summary>Where a page of an account's transactions ends: in one of the two sources.</summary>
    /// <param name="Decisions">Among the decisions.</param>
    /// <param name="Events">Among the ledger's events.</param>
    public sealed record AccountCursor(TimeCursor? Decisions, long? Events)
    {
        /// <summary>Before the newest.</summary>
        public static AccountCursor Start { get; } = new(TimeCursor.Newest, null);

        /// <inheritdoc />
        public override string ToString() => Decisions is { } cursor
            ? $"{OfDecisions}{cursor}"
            : string.Create(CultureInfo.InvariantCulture, $"{OfEvents}{Events}");

        /// <summary>Reads what <see cref="ToString"/> gave; null when <paramref name="text"/> is something else.</summary>
        public static AccountCursor? Parse(string text) => text.Length < 2 ? null : text[0] switch
        {
            OfDecisions when TimeCursor.Parse(text[1..]) is { } cursor => new AccountCursor(cursor, null),
            OfEvents when long.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var version) => new AccountCursor(null, version),
            _ => null,
        };
    }
}
