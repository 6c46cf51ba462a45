using CsCheck;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Deciding;
using Orchestrator.Ledger.Replay;
using Xunit;

namespace Orchestrator.Tests.Ledger;

/// <summary>Accounts as they were, over random commands.</summary>
public sealed class AccountReplayTests
{
    /// <summary>What random commands have made: every account, and the events in the order of recording, a second apart.</summary>
    static readonly Gen<(IReadOnlyCollection<AccountState> Accounts, IReadOnlyList<LedgerEvent> Events)> Histories = CommandSequences.Many.Select(commands =>
    {
        var ledger = new DecidedLedger();
        foreach (var open in CommandSequences.Opens)
            ledger.Take(LedgerDecider.Open(null, ledger.Contra(AccountKind.Settlement, open.Currency), open, Commands.Noon), LedgerDecider.NewAccount(open, Commands.Noon));
        foreach (var command in commands.Where(c => ledger.Seen.Add(Commands.Of(c).Id)))
            ledger.Take(command);
        IReadOnlyList<LedgerEvent> events = [.. ledger.Events.Select((e, i) => e with { RecordedAt = Commands.Noon.AddSeconds(i) })];
        return ((IReadOnlyCollection<AccountState>)ledger.Accounts.Values, events);
    });

    [Fact]
    public void Replay_when_cut_at_any_version_or_instant_does_equal_the_events_up_to_there() => Histories.Sample(
        history =>
        {
            foreach (var account in history.Accounts)
            {
                var events = Of(account, history.Events);
                var states = States(account, events);
                Assert.Equal(account.Counters, states[^1].Counters);
                Assert.Equal((account.Version, account.Status, account.SpentMinor), (states[^1].Version, states[^1].Status, states[^1].SpentMinor));
                for (var version = 0; version < states.Count; version++)
                {
                    Assert.Equal(new ReplayOutcome.Folded(states[version], version), AccountReplay.AsOfVersion(states[0], events, version));
                    var instant = version == 0 ? Commands.Noon.AddSeconds(-1) : events[version - 1].RecordedAt;
                    Assert.Equal(new ReplayOutcome.Folded(states[version], version), AccountReplay.AsOf(states[0], events, instant));
                }
            }
        },
        iter: 300);

    [Fact]
    public void Snapshot_when_taken_at_any_version_does_with_its_tail_equal_the_full_replay() => Histories.Sample(
        history =>
        {
            foreach (var account in history.Accounts)
            {
                var events = Of(account, history.Events);
                var states = States(account, events);
                for (var cut = 0; cut < states.Count; cut++)
                {
                    var snapshot = AccountSnapshot.Of(states[cut], Commands.Noon);
                    Assert.Equal(LedgerFold.Version, snapshot.FoldVersion);
                    // The row that the snapshot is put upon is of any other version.
                    var outcome = AccountReplay.AsOfVersion(snapshot.State(account), events.Skip(cut), states[^1].Version);
                    Assert.Equal(new ReplayOutcome.Folded(states[^1], states.Count - 1 - cut), outcome);
                }
            }
        },
        iter: 300);

    [Fact]
    public void Replay_when_an_event_is_missing_repeated_or_exchanged_does_name_it() => Gen.Select(Histories, Gen.Int[0, 1_000], Gen.Int[0, 2]).Sample(
        (history, pick, damage) =>
        {
            var account = history.Accounts.MaxBy(a => a.Version)!;
            var events = Of(account, history.Events).ToList();
            var at = pick % (events.Count - 1);
            if (damage == 0)
                events.RemoveAt(at);
            else if (damage == 1)
                events.Insert(at, events[at]);
            else
                (events[at], events[at + 1]) = (events[at + 1], events[at]);

            var broken = Assert.IsType<ReplayOutcome.Broken>(AccountReplay.AsOfVersion(AccountReplay.Beginning(account), events, account.Version + 1));

            Assert.Equal(damage == 1 ? ReplayErrors.VersionRepeated : ReplayErrors.VersionGap, broken.Error.Code);
            Assert.Equal(damage == 1 ? at + 1 : at, broken.Error.AfterVersion);
        },
        iter: 300);

    [Fact]
    public void Replay_when_events_cannot_be_does_say_why()
    {
        var alice = LedgerDecider.NewAccount(Commands.Open("alice"), Commands.Noon);
        var opened = Event(1, LedgerEventType.Opened, 0);

        Assert.Equal(ReplayErrors.OtherAccount, Error(alice, opened with { AccountId = "bob" }));
        Assert.Equal(ReplayErrors.Impossible, Error(alice, opened, Event(2, LedgerEventType.HoldReleased, 5)));
        Assert.Equal(ReplayErrors.Impossible, Error(
            ContraAccounts.New(AccountKind.Clearing, "EUR", 0, Commands.Noon), opened with { ContraAccountId = "clearing:EUR:0", ContraVersion = 1 }));
        Assert.Equal(ReplayErrors.CounterOverflow, Error(
            alice, Event(1, LedgerEventType.Credited, long.MaxValue), Event(2, LedgerEventType.Credited, 1)));
        Assert.Equal(ReplayErrors.VersionNotReached, Error(alice, opened));
        Assert.Equal(ReplayErrors.BeginsLater, Code(AccountReplay.AsOfVersion(alice with { Version = 7 }, [], 6)));
    }

    [Fact]
    public void Replay_when_the_clock_steps_back_does_end_before_the_first_later_event()
    {
        var alice = LedgerDecider.NewAccount(Commands.Open("alice"), Commands.Noon);
        LedgerEvent[] events =
        [
            Event(1, LedgerEventType.Opened, 0),
            Event(2, LedgerEventType.Credited, 5) with { RecordedAt = Commands.Noon.AddSeconds(9) },
            Event(3, LedgerEventType.Credited, 6) with { RecordedAt = Commands.Noon.AddSeconds(4) },
        ];

        Assert.Equal(1, Assert.IsType<ReplayOutcome.Folded>(AccountReplay.AsOf(alice, events, Commands.Noon.AddSeconds(5))).State.Version);
        Assert.Equal(3, Assert.IsType<ReplayOutcome.Folded>(AccountReplay.AsOf(alice, events, Commands.Noon.AddSeconds(9))).State.Version);
    }

    // Whoever changes what the fold makes of these gives it a new version, or snapshots of the old one would be taken for the new one's.
    [Fact]
    public void Fold_of_version_1_makes_of_one_event_of_each_type_what_it_always_did()
    {
        var hold = Event(3, LedgerEventType.HoldPlaced, 40);
        LedgerEvent[] events =
        [
            Event(1, LedgerEventType.Opened, 0), Event(2, LedgerEventType.Credited, 1_000), hold,
            Event(4, LedgerEventType.HoldCaptured, 30) with { ReleasedMinor = 10 }, hold with { Version = 5 }, Event(6, LedgerEventType.HoldReleased, 40),
            hold with { Version = 7 }, Event(8, LedgerEventType.HoldExpired, 40), hold with { Version = 9 }, Event(10, LedgerEventType.Debited, 7),
            Event(11, LedgerEventType.Frozen, 0), Event(12, LedgerEventType.Unfrozen, 0), Event(13, LedgerEventType.Frozen, 0),
        ];
        var alice = LedgerDecider.NewAccount(Commands.Open("alice", perDay: 500), Commands.Noon);

        var folded = Assert.IsType<ReplayOutcome.Folded>(AccountReplay.AsOfVersion(alice, events, 13));

        Assert.Equal(1, LedgerFold.Version);
        Assert.Equal(
            alice with
            {
                Version = 13, Counters = new(40, 37, 0, 1_000), Status = AccountStatus.Frozen, SpentOn = new DateOnly(2026, 3, 2), SpentMinor = 37,
            },
            folded.State);
    }

    static LedgerEvent Event(long version, LedgerEventType type, long amount) =>
        new("alice", version, type, amount, Commands.Id((int)version), null, null, null, null, Commands.Noon, Commands.Noon);

    static string Error(AccountState account, params LedgerEvent[] events) => Code(AccountReplay.AsOfVersion(account, events, events.Length + 1));

    static string Code(ReplayOutcome outcome) => Assert.IsType<ReplayOutcome.Broken>(outcome).Error.Code;

    static List<LedgerEvent> Of(AccountState account, IEnumerable<LedgerEvent> events) =>
        [.. events.Where(e => e.AccountId == account.AccountId || e.ContraAccountId == account.AccountId)];

    // By the fold alone: the account at each of its versions.
    static List<AccountState> States(AccountState account, IEnumerable<LedgerEvent> events)
    {
        List<AccountState> states = [AccountReplay.Beginning(account)];
        foreach (var e in events)
            states.Add(e.AccountId == account.AccountId ? LedgerFold.Apply(states[^1], e) : LedgerFold.ApplyContra(states[^1], e));
        return states;
    }
}
