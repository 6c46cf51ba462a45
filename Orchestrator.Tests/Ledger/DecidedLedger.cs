using Orchestrator.Contracts;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Deciding;
using Xunit;

namespace Orchestrator.Tests.Ledger;

/// <summary>Decides and folds in memory, one lane, no database.</summary>
sealed class DecidedLedger
{
    readonly Dictionary<Guid, HoldState> _holds = [];
    readonly List<LedgerEvent> _events = [];

    /// <summary>What happened, in order.</summary>
    public IReadOnlyList<LedgerEvent> Events => _events;

    public HashSet<Guid> Seen { get; } = [];

    public Dictionary<string, AccountState> Accounts { get; } = new(StringComparer.Ordinal);

    public AccountState Contra(AccountKind kind, string currency)
    {
        var contra = ContraAccounts.New(kind, currency, 0, Commands.Noon);
        return Accounts.GetValueOrDefault(contra.AccountId, contra);
    }

    public string? Take(IContract command)
    {
        var account = Accounts.GetValueOrDefault(Commands.Of(command).AccountId);
        var kind = command switch { Credit c => ContraAccounts.KindOf(c.Purpose), Debit d => ContraAccounts.KindOf(d.Purpose), _ => AccountKind.Clearing };
        var contra = account is null ? null : Contra(kind, account.Currency);
        return Take(
            command switch
            {
                PlaceHold c => LedgerDecider.PlaceHold(account, contra, c, Commands.Noon),
                CaptureHold c => LedgerDecider.Capture(account, contra, _holds.GetValueOrDefault(c.HoldId), c, Commands.Noon),
                ReleaseHold c => LedgerDecider.Release(account, _holds.GetValueOrDefault(c.HoldId), c, Commands.Noon),
                Credit c => LedgerDecider.Credit(account, contra, c, Commands.Noon),
                Debit c => LedgerDecider.Debit(account, contra, c, Commands.Noon),
                IAccountCommand c => LedgerDecider.ChangeStatus(account, c, Commands.Noon),
                _ => throw new ArgumentOutOfRangeException(nameof(command)),
            },
            account);
    }

    public string? Take(LedgerDecision decision, AccountState? account)
    {
        if (decision is LedgerDecision.Refused(var reason))
            return reason;
        foreach (var e in ((LedgerDecision.Accepted)decision).Events)
        {
            account = LedgerFold.Apply(account!, e);
            Accounts[e.AccountId] = account;
            if (e.ContraAccountId is { } contra)
            {
                Accounts[contra] = LedgerFold.ApplyContra(Contra(ContraAccounts.KindOf(contra), account.Currency), e);
            }
            if (LedgerFold.Hold(e) is { } hold)
                _holds[hold.HoldId] = hold;
            _events.Add(e);
        }
        return null;
    }

    public void AssertInvariants()
    {
        foreach (var currency in Accounts.Values.GroupBy(a => a.Currency, StringComparer.Ordinal))
            Assert.Equal(0, currency.Sum(a => a.Counters.CreditsPostedMinor - a.Counters.DebitsPostedMinor));
        Assert.All(Accounts.Values, a => Assert.True(a.Kind != AccountKind.Customer || a.AvailableMinor >= 0));
        Assert.All(
            _events.Where(e => e.Type is LedgerEventType.HoldCaptured or LedgerEventType.HoldReleased).GroupBy(e => e.HoldId),
            resolutions => Assert.Single(resolutions));
        Assert.Equal(_events.Count, _events.DistinctBy(e => (e.AccountId, e.Version)).Count());
    }
}
