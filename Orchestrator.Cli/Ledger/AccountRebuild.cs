using System.Data;
using System.Globalization;
using Npgsql;
using Orchestrator.Cli.Output;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Deciding;
using Orchestrator.Ledger.Replay;

namespace Orchestrator.Cli.Ledger;

/// <summary>
/// Folds accounts again and compares. What is read of one account in the database is read of one and the same view of it, so that work under way does not look
/// like a difference. Changes nothing.
/// </summary>
/// <param name="connectionString">The database.</param>
/// <param name="topic">Where events come from; the database itself when null.</param>
/// <param name="withSnapshot">Whether to fold from the latest snapshot too.</param>
/// <param name="time">Measures.</param>
public sealed class AccountRebuild(string connectionString, TopicEvents? topic, bool withSnapshot, TimeProvider time)
{
    const int AccountsAtOnce = 1_000;
    const int MaxShown = 20;

    /// <summary>One account.</summary>
    /// <exception cref="CommandException"><c>account_not_found</c>; <c>not_in_topic</c>: it is the ledger's own, and the question is for the topic.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public async Task<RebuiltAccount> OneAsync(string accountId, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        return await RebuildAsync(connection, accountId, cancellationToken)
            ?? throw new CommandException("account_not_found", $"The ledger has no account {accountId}.");
    }

    /// <summary>All accounts, one after the other.</summary>
    /// <param name="progress">Told the share that is done, 0 to 1.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public async Task<RebuiltAccounts> AllAsync(Action<double> progress, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        var store = new ReplayStore(connection);
        var total = await store.CountAccountsAsync(cancellationToken);
        var (accounts, snapshots, differing, events, tailEvents, seconds, tailSeconds) = (0L, 0L, 0L, 0L, 0L, 0d, 0d);
        var first = new List<RebuiltAccount>();
        IReadOnlyList<string> page = [];
        do
        {
            page = await store.NextAccountsAsync(page.Count == 0 ? string.Empty : page[^1], AccountsAtOnce, cancellationToken);
            foreach (var accountId in page)
            {
                if (await RebuildAsync(connection, accountId, cancellationToken) is not { } account)
                    continue;
                accounts++;
                events += account.FullReplay.Events;
                seconds += account.FullReplay.Seconds;
                if (account.SnapshotAndTail is { } tail)
                {
                    snapshots++;
                    tailEvents += tail.Events;
                    tailSeconds += tail.Seconds;
                }
                if (!account.Agrees && ++differing <= MaxShown)
                    first.Add(account);
                progress((double)accounts / Math.Max(accounts, total));
            }
        }
        while (page.Count == AccountsAtOnce);
        return new RebuiltAccounts(
            differing == 0, accounts, snapshots, differing, events, tailEvents, Math.Round(seconds, 3), Math.Round(tailSeconds, 3), first);
    }

    async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { CommandTimeout = 600, Pooling = false };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    async Task<RebuiltAccount?> RebuildAsync(NpgsqlConnection connection, string accountId, CancellationToken cancellationToken)
    {
        await using var view = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var store = new ReplayStore(connection);
        if (await store.FindAccountAsync(accountId, cancellationToken) is not { } stored)
            return null;
        if (topic is not null && stored.Kind is not AccountKind.Customer)
            throw new CommandException("not_in_topic", "The topic's events do not say which version of the ledger's own accounts they made. Use --from store.");
        var snapshot = withSnapshot ? await store.FindSnapshotAsync(accountId, stored.Version, cancellationToken) : null;
        var full = await ReplayAsync(store, stored, AccountReplay.Beginning(stored), cancellationToken);
        var tail = snapshot is null ? null : await ReplayAsync(store, stored, snapshot.State(stored), cancellationToken);
        await view.CommitAsync(cancellationToken);

        var differences = Differences(stored, full, tail);
        return new RebuiltAccount(
            accountId, topic is null ? "store" : "topic", differences.Count == 0, stored.Version, full.Figures, tail?.Figures, differences);
    }

    async Task<Replayed> ReplayAsync(ReplayStore store, AccountState stored, AccountState start, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var replay = new AccountReplay(start);
        var events = topic is null
            ? store.EventsAsync(stored, start.Version, cancellationToken)
            : UpTo(stored.Version, start.Version, topic.EventsAsync(stored.AccountId, start.Version, cancellationToken));
        var error = await replay.AddAllAsync(events, cancellationToken);
        var figures = new ReplayFigures(start.Version, replay.State.Version, replay.Events, Math.Round(time.GetElapsedTime(began).TotalSeconds, 3));
        return new Replayed(replay.State, figures, error);
    }

    // What was recorded after the row was read is not in it.
    static async IAsyncEnumerable<LedgerEvent> UpTo(long version, long startVersion, IAsyncEnumerable<LedgerEvent> events)
    {
        if (startVersion >= version)
            yield break;
        await foreach (var e in events)
        {
            if (e.Version <= version)
                yield return e;
            if (e.Version >= version)
                yield break;
        }
    }

    static List<AccountDifference> Differences(AccountState stored, Replayed full, Replayed? tail)
    {
        var differences = new List<AccountDifference>();
        if (full.Error is { } fullError)
            differences.Add(new AccountDifference(fullError.Code, fullError.Detail, null, null));
        if (tail?.Error is { } tailError)
            differences.Add(new AccountDifference(tailError.Code, null, tailError.Detail, null));
        Compare("version", a => Number(a.Version));
        Compare("debits_pending_minor", a => Number(a.Counters.DebitsPendingMinor));
        Compare("debits_posted_minor", a => Number(a.Counters.DebitsPostedMinor));
        Compare("credits_pending_minor", a => Number(a.Counters.CreditsPendingMinor));
        Compare("credits_posted_minor", a => Number(a.Counters.CreditsPostedMinor));
        Compare("status", a => Name(a.Status));
        Compare("spent_on", a => a.SpentOn?.ToString("O", CultureInfo.InvariantCulture) ?? "never");
        Compare("spent_minor", a => Number(a.SpentMinor));
        return differences;

        void Compare(string name, Func<AccountState, string> read)
        {
            var (all, fromSnapshot, row) = (read(full.State), tail is null ? null : read(tail.State), read(stored));
            if (all != row || (fromSnapshot is not null && fromSnapshot != row))
                differences.Add(new AccountDifference(name, all, fromSnapshot, row));
        }
    }

    static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    static string Name(AccountStatus status) => status switch
    {
        AccountStatus.Open => "open",
        AccountStatus.Frozen => "frozen",
        AccountStatus.Closed => "closed",
        _ => Number((long)status),
    };

    sealed record Replayed(AccountState State, ReplayFigures Figures, ReplayError? Error);
}
