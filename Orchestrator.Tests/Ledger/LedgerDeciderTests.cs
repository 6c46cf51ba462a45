using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Deciding;
using Xunit;

namespace Orchestrator.Tests.Ledger;

public sealed class LedgerDeciderTests
{
    static readonly DateTimeOffset Now = Commands.Noon.AddSeconds(1);
    static readonly AccountState Settlement = ContraAccounts.New(AccountKind.Settlement, "EUR", 3, Now);
    static readonly AccountState Clearing = ContraAccounts.New(AccountKind.Clearing, "EUR", 3, Now);

    [Fact]
    public void Open_when_account_is_new_does_open_and_fund_against_settlement()
    {
        var events = Accepted(LedgerDecider.Open(null, Settlement, Commands.Open("alice", 500), Now));

        Assert.Equal([LedgerEventType.Opened, LedgerEventType.Credited], events.Select(e => e.Type));
        Assert.Equal([1L, 2L], events.Select(e => e.Version));
        Assert.Equal("settlement:EUR:3", events[1].ContraAccountId);
        Assert.Equal(1, events[1].ContraVersion);
        Assert.NotEqual(events[0].CommandId, events[1].CommandId);
    }

    [Fact]
    public void Open_when_there_is_no_initial_balance_does_post_nothing() =>
        Assert.Equal(LedgerEventType.Opened, Assert.Single(Accepted(LedgerDecider.Open(null, Settlement, Commands.Open("alice"), Now))).Type);

    [Fact]
    public void Open_when_account_is_open_does_nothing() =>
        Assert.Empty(Accepted(LedgerDecider.Open(Account(10), Settlement, Commands.Open("alice", 10), Now)));

    [Theory]
    [InlineData("USD", 0, null)]
    [InlineData("EUR", 1, null)]
    [InlineData("EUR", 0, 5L)]
    public void Open_when_account_is_open_otherwise_does_refuse(string currency, long overdraft, long? limit) => Assert.Equal(
        LedgerRefusals.ExistsWithDifferentBody,
        Refused(LedgerDecider.Open(Account(10), Settlement, Commands.Open("alice", 10, currency, overdraft, limit), Now)));

    [Theory]
    [InlineData(100, 0, 0, 100, true)]
    [InlineData(100, 0, 0, 101, false)]
    [InlineData(100, 40, 0, 61, false)]
    [InlineData(100, 40, 20, 80, true)]
    [InlineData(100, 40, 20, 81, false)]
    [InlineData(0, 0, 20, 20, true)]
    public void PlaceHold_when_available_balance_is_given_does_not_go_below_it(long balance, long pending, long overdraft, long amount, bool placed)
    {
        var account = Account(balance, pending) with { OverdraftMinor = overdraft };

        var decision = LedgerDecider.PlaceHold(account, Clearing, Commands.Hold(1, "alice", amount), Now);

        if (placed)
            Assert.Equal(pending + amount, LedgerFold.Apply(account, Assert.Single(Accepted(decision))).Counters.DebitsPendingMinor);
        else
            Assert.Equal(LedgerRefusals.InsufficientFunds, Refused(decision));
    }

    [Fact]
    public void PlaceHold_when_account_is_unknown_does_refuse() =>
        Assert.Equal(LedgerRefusals.AccountNotFound, Refused(LedgerDecider.PlaceHold(null, null, Commands.Hold(1, "alice", 1), Now)));

    [Fact]
    public void PlaceHold_when_currency_is_another_does_refuse() => Assert.Equal(
        LedgerRefusals.CurrencyMismatch, Refused(LedgerDecider.PlaceHold(Account(100), Clearing, Commands.Hold(1, "alice", 1, "USD"), Now)));

    [Theory]
    [InlineData(50, null)]
    [InlineData(51, LedgerRefusals.OverTransactionLimit)]
    public void PlaceHold_when_there_is_a_limit_does_keep_it(long amount, string? refusal) => Assert.Equal(
        refusal, RefusedOrNull(LedgerDecider.PlaceHold(Account(100) with { PerTransactionMinor = 50 }, Clearing, Commands.Hold(1, "alice", amount), Now)));

    [Fact]
    public void PlaceHold_when_debits_would_not_fit_does_refuse()
    {
        var account = Account(0) with { OverdraftMinor = 100, Counters = new AccountCounters(0, long.MaxValue - 10, 0, long.MaxValue) };

        Assert.Equal(LedgerRefusals.BalanceOverflow, Refused(LedgerDecider.PlaceHold(account, Clearing, Commands.Hold(1, "alice", 11), Now)));
        Accepted(LedgerDecider.PlaceHold(account, Clearing, Commands.Hold(1, "alice", 10), Now));
    }

    [Fact]
    public void PlaceHold_when_clearing_has_no_room_for_the_capture_does_refuse()
    {
        var clearing = Clearing with { Counters = new AccountCounters(0, 0, 0, LedgerDecider.ClearingLimitMinor) };

        Assert.Equal(LedgerRefusals.BalanceOverflow, Refused(LedgerDecider.PlaceHold(Account(100), clearing, Commands.Hold(1, "alice", 1), Now)));
    }

    [Fact]
    public void Capture_when_hold_is_open_does_post_both_sides()
    {
        var account = Account(100, pending: 30);

        var captured = Assert.Single(Accepted(LedgerDecider.Capture(account, Clearing, Hold(30), Commands.Capture(2, "alice", 1), Now)));

        Assert.Equal(new AccountCounters(0, 30, 0, 100), LedgerFold.Apply(account, captured).Counters);
        Assert.Equal(new AccountCounters(0, 0, 0, 30), LedgerFold.ApplyContra(Clearing, captured).Counters);
    }

    [Theory]
    [InlineData(HoldResolution.Captured, LedgerRefusals.HoldAlreadyCaptured)]
    [InlineData(HoldResolution.Released, LedgerRefusals.HoldAlreadyReleased)]
    public void Resolving_when_hold_is_resolved_does_refuse(HoldResolution resolution, string refusal)
    {
        var hold = Hold(30) with { Resolution = resolution };

        Assert.Equal(refusal, Refused(LedgerDecider.Capture(Account(100), Clearing, hold, Commands.Capture(2, "alice", 1), Now)));
        Assert.Equal(refusal, Refused(LedgerDecider.Release(Account(100), hold, Commands.Release(2, "alice", 1), Now)));
    }

    [Fact]
    public void Resolving_when_hold_is_unknown_or_of_another_account_does_refuse()
    {
        foreach (var hold in new[] { null, Hold(30) with { AccountId = "bob" } })
        {
            Assert.Equal(
                LedgerRefusals.HoldNotFound, Refused(LedgerDecider.Capture(Account(100), Clearing, hold, Commands.Capture(2, "alice", 1), Now)));
            Assert.Equal(LedgerRefusals.HoldNotFound, Refused(LedgerDecider.Release(Account(100), hold, Commands.Release(2, "alice", 1), Now)));
        }
    }

    [Fact]
    public void Release_when_hold_is_open_does_give_the_amount_back()
    {
        var account = Account(100, pending: 30);

        var released = Assert.Single(Accepted(LedgerDecider.Release(account, Hold(30), Commands.Release(2, "alice", 1), Now)));

        Assert.Equal(100, LedgerFold.Apply(account, released).AvailableMinor);
        Assert.Null(released.ContraAccountId);
    }

    [Fact]
    public void Credit_when_account_takes_it_does_debit_clearing()
    {
        var credited = Assert.Single(Accepted(LedgerDecider.Credit(Account(5), Clearing, Commands.Credit(1, "alice", 7), Now)));

        Assert.Equal(12, LedgerFold.Apply(Account(5), credited).AvailableMinor);
        Assert.Equal(7, LedgerFold.ApplyContra(Clearing, credited).Counters.DebitsPostedMinor);
    }

    [Fact]
    public void Credit_when_a_counter_would_not_hold_it_does_refuse()
    {
        var full = Clearing with { Counters = new AccountCounters(0, long.MaxValue, 0, 0) };

        Assert.Equal(
            LedgerRefusals.BalanceOverflow, Refused(LedgerDecider.Credit(Account(long.MaxValue), Clearing, Commands.Credit(1, "alice", 1), Now)));
        Assert.Equal(LedgerRefusals.BalanceOverflow, Refused(LedgerDecider.Credit(Account(5), full, Commands.Credit(1, "alice", 1), Now)));
    }

    [Fact]
    public void Available_when_credits_and_overdraft_exceed_a_long_does_stay_at_its_most() =>
        Assert.Equal(long.MaxValue, (Account(long.MaxValue) with { OverdraftMinor = 5 }).AvailableMinor);

    [Fact]
    public void Event_when_decided_does_carry_utc_in_whole_microseconds()
    {
        var command = Commands.Credit(1, "alice", 7) with { RequestedAt = new DateTimeOffset(2026, 3, 2, 14, 0, 0, TimeSpan.FromHours(2)).AddTicks(7) };

        var credited = Assert.Single(Accepted(LedgerDecider.Credit(Account(5), Clearing, command, Now)));

        Assert.Equal(TimeSpan.Zero, credited.EffectiveAt.Offset);
        Assert.Equal(Commands.Noon, credited.EffectiveAt);
    }

    [Fact]
    public void Fold_when_event_does_not_follow_does_throw()
    {
        var credited = Assert.Single(Accepted(LedgerDecider.Credit(Account(5), Clearing, Commands.Credit(1, "alice", 7), Now)));

        Assert.Throws<LedgerInvariantException>(() => LedgerFold.Apply(Account(5), credited with { Version = 9 }));
        Assert.Throws<LedgerInvariantException>(() => LedgerFold.Apply(Account(5) with { AccountId = "bob" }, credited));
        Assert.Throws<LedgerInvariantException>(() => LedgerFold.ApplyContra(Settlement, credited));
    }

    static AccountState Account(long balance, long pending = 0) => new(
        "alice", AccountKind.Customer, "customer-alice", "EUR", 0, null, 4, new AccountCounters(pending, 0, 0, balance), Commands.Noon);

    static HoldState Hold(long amount) => new(Commands.Id(1), "alice", amount, HoldResolution.Open);

    static LedgerEvent[] Accepted(LedgerDecision decision) => Assert.IsType<LedgerDecision.Accepted>(decision).Events;

    static string Refused(LedgerDecision decision) => Assert.IsType<LedgerDecision.Refused>(decision).Reason;

    static string? RefusedOrNull(LedgerDecision decision) => (decision as LedgerDecision.Refused)?.Reason;
}
