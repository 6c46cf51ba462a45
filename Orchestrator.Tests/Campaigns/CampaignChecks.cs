using System.Globalization;
using System.Text.Json;
using Orchestrator.Cli.Verify;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Ledger;
using Orchestrator.Tests.Decisioning.Live;

namespace Orchestrator.Tests.Campaigns;

/// <summary>
/// What must hold when a campaign is over: every invariant of <c>orchestrator verify --settled</c>, what was announced on Kafka against what was asked for
/// and against the store, and the balances against arithmetic. Each gives the breaches as text; none when all is well.
/// </summary>
public sealed class CampaignChecks(CampaignServers servers, CampaignLoad load, CampaignObserver observer)
{
    const int Examples = 3;

    readonly List<string> _breaches = [];

    /// <summary>Checks everything.</summary>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        _breaches.AddRange(observer.Breaches);
        await InvariantsAsync();
        Ends();
        await SagasAsync();
        await RequestsAsync();
        await DecisionsAsync();
        Transfers();
        await LedgerAsync();
        await BalancesAsync();
        _breaches.AddRange(await CampaignProjections.BreachesAsync(servers));
        await OnceAsync();
        Courses();
        return _breaches;
    }

    async Task InvariantsAsync()
    {
        var results = await InvariantRunner.RunAsync(servers.Postgres.ConnectionString, Invariant.All, settled: true, TimeProvider.System, CancellationToken.None);
        foreach (var broken in results.Where(r => r.Outcome != InvariantOutcome.Passed))
            _breaches.Add($"verify {broken.Name}: {broken.Outcome}, {broken.Offending} rows {broken.Error} {JsonSerializer.Serialize(broken.Examples)}");
    }

    // Every transaction that was submitted has one end, and it is one that it can have.
    void Ends()
    {
        Breach("submitted, no end announced", load.Submitted.Keys.Where(id => !observer.Ends.ContainsKey(id)));
        Breach("ended, but never submitted", observer.Ends.Keys.Where(id => !load.Submitted.ContainsKey(id)));
        Breach("submitted, never assessed", load.Submitted.Keys.Where(id => !observer.Assessed.ContainsKey(id)));
        Breach("assessed, but never submitted", observer.Assessed.Keys.Where(id => !load.Submitted.ContainsKey(id)));
        Breach("ended as it must not", from end in observer.Ends
            where load.Submitted.TryGetValue(end.Key, out var course) && !May(course, end.Value, load.WasCancelled(end.Key))
            select $"{end.Key} {load.Submitted[end.Key]}, cancelled {load.WasCancelled(end.Key)}: {end.Value}");
    }

    static bool May(Course course, AnnouncedEnd end, bool cancelled) => (course, end) switch
    {
        (_, { State: "Voided" }) => cancelled,
        (Course.Ordinary, { State: "Completed" or "Reversed" }) => true,
        (Course.Captured, { State: "Completed" } or { State: "Declined", Reason: "authorisation_expired" }) => true,
        (Course.Poor, { State: "Declined", Reason: "insufficient_funds" }) => true,
        (Course.UnknownSource, { State: "Declined", Reason: "account_not_found" }) => true,
        (Course.UnknownDestination, { State: "Compensated", Reason: "account_not_found" }) => true,
        (Course.Unusual, { State: "Completed" } or { State: "Declined", Reason: "review_expired" or "fraud_declined" or "fraud_confirmed" }) => true,
        (Course.Fraudulent, { State: "Declined", Reason: "fraud_declined" }) => true,
        _ => false,
    };

    // Each is answered, one way; nothing is undone twice, or without having been done.
    void Transfers()
    {
        Breach("asked of the ledger, not answered", load.Asked.Keys.Where(id => !observer.Transfers.ContainsKey(id)));
        Breach("answered, but never asked of the ledger", observer.Transfers.Keys.Where(id => !load.Asked.ContainsKey(id)));
        Breach("a transfer refused for no reason", from transfer in load.Asked.Values.OfType<Transfer>()
            let reason = observer.Transfers.GetValueOrDefault(transfer.CommandId)
            where !MayBe(transfer, reason)
            select $"{transfer.CommandId}: {reason ?? "posted"}");
        var reversals = load.Asked.Values.OfType<Reverse>().Where(r => observer.Transfers.TryGetValue(r.CommandId, out var reason) && reason is null).ToList();
        Breach("reversed twice", reversals.GroupBy(r => r.CreditId).Where(g => g.Count() > 1).Select(g => $"{g.Key}"));
        if (reversals.Count == 0)
            _breaches.Add("nothing was reversed");
    }

    static bool MayBe(Transfer transfer, string? reason) => reason switch
    {
        null => transfer.DestinationAccountId.StartsWith("rich", StringComparison.Ordinal) && transfer.AccountId != transfer.DestinationAccountId,
        LedgerRefusals.SameAccount => transfer.AccountId == transfer.DestinationAccountId,
        LedgerRefusals.AccountNotFound => !transfer.DestinationAccountId.StartsWith("rich", StringComparison.Ordinal),
        _ => false,
    };

    async Task SagasAsync()
    {
        var stored = (await servers.QueryAsync("select transaction_id, state from sagas.transaction")).ToDictionary(r => (Guid)r[0]!, r => (string)r[1]!);
        Breach("another end in the store than announced", from end in observer.Ends
            let state = stored.GetValueOrDefault(end.Key, "absent")
            where state != end.Value.State
            select $"{end.Key}: announced {end.Value.State}, stored {state}");
        Breach("in the store, but never submitted", stored.Keys.Where(id => !load.Submitted.ContainsKey(id)));
    }

    // Whatever was asked of a transaction was taken or refused, once; of captures, reversals and reviews that decide at most one was taken.
    async Task RequestsAsync()
    {
        var stored = await servers.QueryAsync("select operation_id, transaction_id, kind, refusal from sagas.operation where kind <> 'cancellation'");
        var ids = stored.Select(r => (Guid)r[0]!).ToHashSet();
        Breach("asked for, neither taken nor refused", load.Requests.Keys.Where(id => !ids.Contains(id)));
        Breach("taken or refused, but never asked for", ids.Where(id => !load.Requests.ContainsKey(id)));
        var taken = stored.Where(r => r[3] is null).ToLookup(r => ((Guid)r[1]!, (string)r[2]!), r => (Guid)r[0]!);
        Breach("taken twice", taken.Where(t => t.Key.Item2 is not "retry" && t.Count() > 1).Select(t => $"{t.Key}"));
        var captures = observer.Completed.Where(c => load.Submitted.GetValueOrDefault(c.TransactionId) == Course.Captured).ToList();
        Breach("captured otherwise than asked for", from completed in captures
            let asked = taken[(completed.TransactionId, "capture")].Select(id => (CaptureRequested)load.Requests[id]).SingleOrDefault()
            where asked is null || (asked.AmountMinor ?? completed.AmountMinor) != completed.AmountMinor
            select $"{completed.TransactionId}: {completed.AmountMinor}");
        Breach("reversed otherwise than asked for", observer.Reversed.Where(r => !taken.Contains((r.TransactionId, "reversal"))).Select(r => $"{r.TransactionId}"));
        foreach (var kind in new[] { "review", "capture", "reversal" })
        {
            if (!stored.Any(r => (string)r[2]! == kind && r[3] is null) || !stored.Any(r => (string)r[2]! == kind && r[3] is not null))
                _breaches.Add($"no {kind} was taken, or none refused");
        }
    }

    // Each decision that was announced is stored as it was, in the background and without waiting for the disk.
    async Task DecisionsAsync()
    {
        var stored = (await servers.QueryAsync("select transaction_id, outcome, score, details ->> 'assessedAt' from decisioning.decision")).ToDictionary(r => (Guid)r[0]!);
        Breach("another decision in the store than announced", from decision in observer.Assessed.Values
            where !stored.TryGetValue(decision.TransactionId, out var row)
                || ((FraudOutcome)(short)row[1]!, (int)(short)row[2]!, DateTimeOffset.Parse((string)row[3]!, CultureInfo.InvariantCulture))
                    != (decision.Outcome, decision.Score, decision.AssessedAt)
            select $"{decision.TransactionId}");
        Breach("decision in the store, but never announced", stored.Keys.Where(id => !observer.Assessed.ContainsKey(id)));
    }

    // The announced events of every account are the stored ones: the observer has found their versions to be 1, 2, 3, ... as they came.
    async Task LedgerAsync()
    {
        var stored = await servers.QueryAsync("select account_id, version, command_id, amount_minor, type from ledger.event");
        var announced = observer.Ledger.Values.SelectMany(events => events).ToDictionary(e => (e.AccountId, e.Version));
        Breach("ledger event stored, but not announced", from row in stored
            let key = ((string)row[0]!, (long)row[1]!)
            where !announced.TryGetValue(key, out var e) || e.CommandId != (Guid)row[2]! || e.AmountMinor != (long)row[3]! || (int)e.Type + 1 != (short)row[4]!
            select $"{key} {row[2]}");
        if (announced.Count != stored.Count)
            _breaches.Add($"{announced.Count} ledger events announced, {stored.Count} stored");
        Breach("hold resolved twice", from e in announced.Values
            where e.Type is LedgerEventType.HoldCaptured or LedgerEventType.HoldReleased or LedgerEventType.HoldExpired
            group e by e.HoldId into resolutions
            where resolutions.Count() > 1
            select $"{resolutions.Key}");
        Breach("a command took effect twice", announced.Values.GroupBy(e => e.CommandId).Where(g => g.Count() > 1).Select(g => $"{g.Key}"));
    }

    // From what has completed follows what every account has.
    async Task BalancesAsync()
    {
        var expected = CampaignTraffic.Accounts.ToDictionary(a => a.AccountId, a => (Debits: 0L, Credits: a.InitialBalanceMinor), StringComparer.Ordinal);
        foreach (var moved in observer.Completed)
        {
            var (source, destination) = (moved.SourceAccountId, moved.DestinationAccountId);
            Move(source, destination, moved.AmountMinor);
        }
        var completed = observer.Completed.ToDictionary(c => c.TransactionId);
        foreach (var reversed in observer.Reversed.Select(r => completed[r.TransactionId]))
            Move(reversed.DestinationAccountId, reversed.SourceAccountId, reversed.AmountMinor);
        var asked = load.Asked.Values.OfType<Transfer>().ToDictionary(t => LedgerIds.CreditOf(t.CommandId));
        foreach (var command in load.Asked.Values.Where(c => observer.Transfers.TryGetValue(c.CommandId, out var reason) && reason is null))
        {
            if (command is Transfer transfer)
                Move(transfer.AccountId, transfer.DestinationAccountId, transfer.AmountMinor);
            else if (command is Reverse reverse && asked.TryGetValue(reverse.CreditId, out var undone))
                Move(undone.DestinationAccountId, undone.AccountId, undone.AmountMinor);
        }
        var rows = await servers.QueryAsync("select account_id, debits_posted_minor, credits_posted_minor, debits_pending_minor from ledger.account where kind = 0");
        Breach("balance is not what has completed", from row in rows
            let account = (string)row[0]!
            let has = ((long)row[1]!, (long)row[2]!)
            where !expected.TryGetValue(account, out var should) || has != should || (long)row[3]! != 0
            select $"{account}: {has}, pending {row[3]}, not {expected.GetValueOrDefault(account)}");
        if (rows.Count != expected.Count)
            _breaches.Add($"{rows.Count} accounts are open, {expected.Count} were asked for");

        void Move(string source, string destination, long amount)
        {
            expected[source] = expected[source] with { Debits = expected[source].Debits + amount };
            expected[destination] = expected[destination] with { Credits = expected[destination].Credits + amount };
        }
    }

    // Every message took effect, once: as many inbox rows as different messages. Nothing was parked, no position was lost. Decisioning has no inbox: of what it takes
    // each is assessed, once, and sees of its account all that came before.
    async Task OnceAsync()
    {
        Breach("assessed by another history than its account has", DecidedHistories.Breaches(observer.Assessed.Values));
        var commands = observer.Messages<OpenAccount>(Topics.Accounts) + observer.Messages<FreezeAccount>(Topics.Accounts) + observer.Messages<UnfreezeAccount>(Topics.Accounts)
            + observer.Messages<CloseAccount>(Topics.Accounts) + observer.Messages(Topics.LedgerCommands);
        await CountAsync("messages taken by the ledger", Taken("ledger"), commands);
        await CountAsync("messages of the load on Kafka", $"select {observer.Messages(Topics.Transactions)}::bigint", load.Messages);
        Breach("parked", (await servers.QueryAsync(
            "select status, message_type, error_code, exception_type, left(detail, 200), count(*) from messaging.parked group by 1, 2, 3, 4, 5 order by 6 desc"))
            .Select(r => string.Join(' ', r)));
        await CountAsync("lost positions and adopted clusters", "select count(*) from messaging.cluster_event where kind <> 'first'", 0);

        static string Taken(string group) =>
            $"select count(*) from messaging.inbox i join messaging.lane_group g on g.group_id = i.group_id where g.name = '{group}'";
    }

    async Task CountAsync(string what, string sql, long expected)
    {
        var count = (long)(await servers.QueryAsync(sql))[0][0]!;
        if (count != expected)
            _breaches.Add($"{what}: {count}, not {expected}");
    }

    // A campaign that has not seen every way to end has not proven much.
    void Courses()
    {
        Breach("the load was to end in this way too", CampaignCourses.Unseen(load, observer));
        if (load.Duplicates == 0 || observer.Duplicates < load.Duplicates)
            _breaches.Add($"{load.Duplicates} messages were to come twice, {observer.Duplicates} did");
    }

    void Breach<T>(string what, IEnumerable<T> offending)
    {
        var all = offending.ToList();
        if (all.Count > 0)
            _breaches.Add($"{what}: {all.Count}, for instance {string.Join("; ", all.Take(Examples))}");
    }
}
