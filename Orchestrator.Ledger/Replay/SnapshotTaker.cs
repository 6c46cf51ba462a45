using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Ledger.Deciding;
using Orchestrator.Messaging.Workers;

namespace Orchestrator.Ledger.Replay;

/// <summary>
/// Takes snapshots of accounts whose events since the last one have become many. It goes through all accounts by their ids, a step at a time, and rests
/// after each in proportion to what it took. Snapshots are folded from events alone and never copied from ledger.account, so the two check one another.
/// Any number of processes may run it; one at a time works.
/// </summary>
/// <param name="database">Where accounts and events are.</param>
/// <param name="options">How many events are many.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Hears of what fails.</param>
public sealed partial class SnapshotTaker(NpgsqlDataSource database, IOptions<LedgerOptions> options, TimeProvider time, ILogger<SnapshotTaker> logger)
    : BackgroundService
{
    /// <summary>The most accounts that one step looks at.</summary>
    internal const int AccountsAtOnce = 10_000;

    /// <summary>The most events that one step folds. An account with more gets a snapshot where the step ends, and the next goes on from there.</summary>
    internal const int EventsAtOnce = 20_000;

    // Any constant serves, so long as it never changes: it keeps two processes from folding the same.
    const long StepLock = 0x6F72_6368_736E_6170;

    // A fifth of one connection's time at most.
    const int RestToWork = 4;

    static readonly TimeSpan BetweenPasses = TimeSpan.FromMinutes(1);

    // Versions are compared, events are not looked at.
    const string FindLongTails = """
        with page as materialized (
            select account_id, version from ledger.account where account_id > $1 order by account_id limit $2
        )
        select max(p.account_id), count(*),
            coalesce(array_agg(p.account_id order by p.account_id) filter (where p.version - coalesce(s.version, 0) > $3), '{}')
        from page p
        left join lateral (
            select version from ledger.snapshot
            where p.version > $3 and account_id = p.account_id and version <= p.version and fold_version = $4
            order by version desc limit 1
        ) s on true
        """;

    string _after = string.Empty;

    /// <summary>One step.</summary>
    /// <param name="eventsAtOnce">The most events to fold.</param>
    /// <param name="cancellationToken">Stops it; then nothing is kept of it.</param>
    internal async Task<SnapshotStep> StepAsync(int eventsAtOnce, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var step = await connection.BeginTransactionAsync(cancellationToken);
        if (!await TakeTurnAsync(connection, cancellationToken))
            return new SnapshotStep(0, 0, EndsPass: true);
        var (last, seen, due) = await FindAsync(connection, cancellationToken);
        var (taken, folded, after) = (0, 0L, _after);
        foreach (var accountId in due)
        {
            var left = eventsAtOnce - folded;
            var (events, kept) = await TakeAsync(connection, accountId, left, cancellationToken);
            taken += kept ? 1 : 0;
            folded += events;
            // One that may have more is looked at again.
            if (events == left)
                break;
            after = accountId;
        }
        await step.CommitAsync(cancellationToken);
        var pageIsDone = folded < eventsAtOnce;
        var ended = pageIsDone && seen < AccountsAtOnce;
        _after = ended ? string.Empty : pageIsDone ? last : after;
        return new SnapshotStep(taken, folded, ended);
    }

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Rounds.RunAsync(RoundAsync, OnFailure, time, stoppingToken);

    async Task<TimeSpan> RoundAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var step = await StepAsync(EventsAtOnce, cancellationToken);
        return RestAfter(step.EndsPass, time.GetElapsedTime(began));
    }

    // Whatever it is, a cache is no reason to stop the ledger.
    TimeSpan? OnFailure(Exception e)
    {
        NoSnapshots(logger, e);
        return BetweenPasses;
    }

    /// <summary>How long it rests after a step.</summary>
    internal static TimeSpan RestAfter(bool endsPass, TimeSpan took) => endsPass ? BetweenPasses : RestToWork * took;

    static async Task<bool> TakeTurnAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select pg_try_advisory_xact_lock($1)", connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = StepLock });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    async Task<(string Last, long Seen, string[] Due)> FindAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(FindLongTails, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = AccountsAtOnce });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = options.Value.SnapshotEveryEvents });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = LedgerFold.Version });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.IsDBNull(0) ? string.Empty : row.GetString(0), row.GetInt64(1), row.GetFieldValue<string[]>(2));
    }

    // What later code has kept in the place stays; else it is kept.
    async Task<(long Events, bool Kept)> TakeAsync(NpgsqlConnection connection, string accountId, long limit, CancellationToken cancellationToken)
    {
        var store = new ReplayStore(connection);
        if (await store.FindAccountAsync(accountId, cancellationToken) is not { } account)
            return (0, false);
        var last = await store.FindSnapshotAsync(accountId, account.Version, cancellationToken);
        var replay = new AccountReplay(last?.State(account) ?? AccountReplay.Beginning(account));
        if (await FoldAsync(replay, store, limit, cancellationToken) is { } error)
            DoesNotFold(logger, LedgerLog.Masked(accountId), error.Code, error.Detail);
        // Up to where the events follow, they are as good as any.
        var kept = replay.Events > 0 && await store.AddAsync(AccountSnapshot.Of(replay.State, time.GetUtcNow()), cancellationToken);
        return (replay.Events, kept);
    }

    static async Task<ReplayError?> FoldAsync(AccountReplay replay, ReplayStore store, long limit, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var e in store.EventsAsync(replay.State, replay.State.Version, cancellationToken))
            {
                if (replay.Add(e) is { } error)
                    return error;
                if (replay.Events == limit)
                    break;
            }
            return null;
        }
        catch (InvalidOperationException e) when (e is not ObjectDisposedException)
        {
            return new ReplayError(ReplayErrors.Impossible, replay.State.Version, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Snapshots of accounts are not taken for now")]
    static partial void NoSnapshots(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "The events of account {Account} cannot be folded: {Code}, {Detail}")]
    static partial void DoesNotFold(ILogger logger, string account, string code, string detail);
}

/// <summary>What one step has done.</summary>
/// <param name="Taken">How many snapshots were taken.</param>
/// <param name="Events">How many events were folded.</param>
/// <param name="EndsPass">Whether all accounts were looked at, or another process is at it.</param>
readonly record struct SnapshotStep(int Taken, long Events, bool EndsPass);
