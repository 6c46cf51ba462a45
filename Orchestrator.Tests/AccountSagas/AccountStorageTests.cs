using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Sagas;
using Orchestrator.Sagas.AccountSagas;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Ledger;
using static Orchestrator.Tests.AccountSagas.AccountMessages;

namespace Orchestrator.Tests.AccountSagas;

/// <summary>Account sagas and identities in their tables.</summary>
public sealed class AccountStorageTests(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    [Fact]
    public async Task Lane_when_its_owner_changes_between_every_message_goes_on_where_it_was()
    {
        await using var provider = await AccountPipeline.StartAsync(Database);
        Func<AccountLane, object>[] life =
        [
            _ => Requested(), _ => Identified("customer-9"), _ => Screened(Hit), _ => Reviewed(AccountDecision.Approve), _ => Opened(), _ => Alert(1), _ => Alert(2), _ => Alert(3),
            _ => new AccountFrozen(Asked, Account, Noon.AddHours(1)), _ => Reviewed(AccountDecision.Unfreeze),
        ];

        var published = new List<object>();
        foreach (var message in life)
        {
            var owner = await AccountPipeline.OpenLaneAsync(provider, AccountSagasModule.Group, Database);
            published.AddRange(await owner.TakeAsync(message(owner)));
            Asked = published.OfType<FreezeAccount>().LastOrDefault()?.CommandId ?? Asked;
        }

        Assert.Equal(
            [typeof(ScreenCustomer), typeof(CheckIdentity), typeof(AlertRaised), typeof(OpenAccount), typeof(FreezeAccount), typeof(AlertRaised), typeof(UnfreezeAccount)],
            published.Select(p => p.GetType()));
        var stored = await provider.GetRequiredService<AccountSagaReader>().FindAsync(Account, CancellationToken.None);
        Assert.NotNull(stored);
        Assert.Equal(("Unfreezing", 10, Account, "opened"), (stored.CurrentState, stored.Version, stored.AccountId, stored.Outcome));
        Assert.Equal(new OpenAccount(Account, "customer-1", "EUR", Noon, 2_500, new AccountLimits(100), Reply: true), stored.Application);
        Assert.Equal(2, stored.Findings.Count);
        Assert.Equal(3, stored.Alerts.Count);
        Assert.Null(stored.ApplicantName);
        Assert.Equal(Noon.AddHours(1), stored.StatusAt);
        Assert.NotNull(stored.TimerToken);
        Assert.Null(await provider.GetRequiredService<AccountSagaReader>().FindAsync("bob", CancellationToken.None));
        await StopAsync(provider);
    }

    [Fact]
    public async Task Alert_of_an_account_that_is_stored_and_not_in_memory_is_counted_at_the_second_try()
    {
        await using var provider = await AccountPipeline.StartAsync(Database);
        await (await AccountPipeline.OpenLaneAsync(provider, AccountSagasModule.Group, Database)).TakeAsync(Alert(1), Alert(2));
        var next = await AccountPipeline.OpenLaneAsync(provider, AccountSagasModule.Group, Database);
        await next.TakeAsync(Requested("bob"));

        Assert.IsType<FreezeAccount>(Assert.Single(await next.TakeAsync(Alert(3))));
        await StopAsync(provider);
    }

    [Fact]
    public async Task Identity_when_two_come_with_it_at_once_is_the_firsts()
    {
        await using var provider = await AccountPipeline.StartAsync(Database);
        var one = await AccountPipeline.OpenLaneAsync(provider, AccountSagasModule.IdentitiesGroup, Database, 0);
        var two = await AccountPipeline.OpenLaneAsync(provider, AccountSagasModule.IdentitiesGroup, Database, 1);
        var (print, other) = (new string('a', 64), new string('b', 64));

        // Both have looked, and neither has written.
        var first = await one.DecideAsync(new CheckIdentity("alice", "customer-1", [print]));
        var second = await two.DecideAsync(new CheckIdentity("bob", "customer-2", [print, other]));
        await one.CommitAsync(first);
        await Assert.ThrowsAnyAsync<Exception>(() => two.CommitAsync(second));
        var again = Assert.IsType<IdentityChecked>(Assert.Single(await two.TakeAsync(new CheckIdentity("bob", "customer-2", [print, other]))));

        Assert.Empty(Assert.IsType<IdentityChecked>(Assert.Single(AccountLane.Bodies(first))).OtherCustomers);
        Assert.Equal("customer-1", Assert.Single(again.OtherCustomers));
        var same = await one.TakeAsync(new CheckIdentity("carol", "customer-1", [print]), new CheckIdentity("dave", "customer-3", [other]), new CheckIdentity("erin", "customer-3", []));
        Assert.Equal([0, 1, 0], same.Cast<IdentityChecked>().Select(c => c.OtherCustomers.Count));
        await StopAsync(provider);
    }

    Guid Asked { get; set; }

    static Task StopAsync(ServiceProvider provider) => provider.GetRequiredService<IBusControl>().StopAsync();
}
