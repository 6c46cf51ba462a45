using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Sagas.AccountSagas;

namespace Orchestrator.Tests.AccountSagas;

/// <summary>Messages about one account.</summary>
static class AccountMessages
{
    public const string Account = "alice";

    public static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    public static AccountRequested Requested(string account = Account, string customer = "customer-1", string? document = "L01X00T47", string name = "Alice Miller") => new(
        account, customer, "EUR", new Applicant(name, new DateOnly(1990, 5, 17), document, document is null ? null : "DE"), Noon, 2_500, new AccountLimits(100));

    public static CustomerScreened Screened(params ScreeningHit[] hits) => new(Account, "customer-1", hits, Noon);

    public static ScreeningHit Hit => new("sanctions", "Alys Miller", 909);

    public static IdentityChecked Identified(params string[] others) => new(Account, "customer-1", others);

    public static AccountReviewed Reviewed(AccountDecision decision) => new(new Guid(7, 7, 7, new byte[8]), Account, decision, "carol", Noon, "looked at it");

    public static AlertRaised Alert(int number, string kind = "fraud_declined", int score = 900, DateTimeOffset? at = null) =>
        new(new Guid(number, 1, 1, new byte[8]), Account, kind, score, ["Many in an hour."], at ?? Noon.AddMinutes(number));

    public static AccountIdle Idle(int days = 400) => new(Account, Noon.AddDays(-days), Noon);

    public static AccountOpened Opened() => new(new Guid(1, 2, 3, new byte[8]), Account, Noon);

    public static AccountOpeningRefused OpeningRefused() => new(new Guid(1, 2, 3, new byte[8]), Account, LedgerRefusals.ExistsWithDifferentBody, Noon);

    /// <summary>What somebody else has done.</summary>
    public static readonly Guid Others = new(9, 9, 9, new byte[8]);

    public static AccountFrozen Frozen(AccountLane lane, int seconds = 1) => new(Command(lane), Account, lane.Now.AddSeconds(seconds));

    public static AccountFrozen FrozenByHand(DateTimeOffset? at = null) => new(Others, Account, at ?? Noon.AddSeconds(1));

    public static AccountUnfrozen Unfrozen(AccountLane lane, int seconds = 1) => new(Command(lane), Account, lane.Now.AddSeconds(seconds));

    public static AccountUnfrozen UnfrozenByHand(DateTimeOffset? at = null) => new(Others, Account, at ?? Noon.AddDays(30));

    public static AccountClosed Closed(AccountLane lane) => new(Command(lane), Account, lane.Now);

    public static AccountCommandRefused Refused(AccountLane lane, string reason) => new(Command(lane), Account, reason, lane.Now);

    static Guid Command(AccountLane lane) => lane.Find()?.CommandId ?? Others;
}
