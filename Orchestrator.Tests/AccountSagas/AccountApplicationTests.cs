using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Sagas.AccountSagas;
using static Orchestrator.Tests.AccountSagas.AccountMessages;

namespace Orchestrator.Tests.AccountSagas;

/// <summary>Applications: checked, opened, looked at, turned down.</summary>
public sealed class AccountApplicationTests(AccountPipeline pipeline)
{
    [Fact]
    public async Task Application_when_nothing_is_found_opens_the_account()
    {
        var lane = await pipeline.OpenLaneAsync();
        var asked = await lane.TakeAsync(Requested());

        Assert.Equal(new ScreenCustomer(Account, "customer-1", "Alice Miller", Noon), asked[0]);
        Assert.Equal(2, Assert.IsType<CheckIdentity>(asked[1]).Fingerprints.Count);
        Assert.Empty(await lane.TakeAsync(Screened()));
        var open = Assert.IsType<OpenAccount>(Assert.Single(await lane.TakeAsync(Identified())));
        Assert.Equal(new OpenAccount(Account, "customer-1", "EUR", Noon, 2_500, new AccountLimits(100), Reply: true), open);
        Assert.Empty(await lane.TakeAsync(Opened()));

        Assert.Equal(("Open", "opened"), (lane.State, lane.Find()!.Outcome));
        Assert.Empty(lane.Timers);
        Assert.Equal(["requested", "screened", "identity_checked", "opening", "opened"], lane.Find()!.Timeline.Select(e => e.What));
    }

    [Fact]
    public async Task Application_keeps_the_name_no_longer_than_it_is_checked_and_never_the_document()
    {
        var lane = await pipeline.OpenLaneAsync();
        var asked = await lane.TakeAsync(Requested());
        Assert.Equal("Alice Miller", lane.Find()!.ApplicantName);
        Assert.DoesNotContain("L01X00T47", string.Concat(asked) + string.Concat(lane.Find()!.Identity), StringComparison.Ordinal);

        await lane.TakeAsync(Identified(), Screened(Hit));

        Assert.Null(lane.Find()!.ApplicantName);
        Assert.Empty(lane.Find()!.Identity);
    }

    [Fact]
    public async Task Application_when_a_name_is_on_a_list_waits_for_a_person_who_approves()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Requested());
        await lane.TakeAsync(Identified());

        var alert = Assert.IsType<AlertRaised>(Assert.Single(await lane.TakeAsync(Screened(Hit))));

        Assert.Equal(("account_opening", "Resembles \"Alys Miller\" on the list sanctions (909 of 1000)."), (alert.Kind, Assert.Single(alert.Reasons)));
        Assert.Equal("InReview", lane.State);
        Assert.Empty(await lane.TakeAsync(Reviewed(AccountDecision.Unfreeze)));
        Assert.IsType<OpenAccount>(Assert.Single(await lane.TakeAsync(Reviewed(AccountDecision.Approve))));
        await lane.TakeAsync(Opened());
        Assert.Equal("Open", lane.State);
    }

    [Fact]
    public async Task Application_when_the_identity_is_anothers_is_turned_down_for_good()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Requested(), Screened());
        var alert = Assert.IsType<AlertRaised>(Assert.Single(await lane.TakeAsync(Identified("customer-9"))));
        var timer = Assert.Single(lane.Timers);

        Assert.Empty(await lane.TakeAsync(Reviewed(AccountDecision.Reject)));

        Assert.Equal("The same identity is known as customer customer-9.", Assert.Single(alert.Reasons));
        Assert.Equal(("Rejected", "rejected", "rejected"), (lane.State, lane.Find()!.Outcome, lane.Find()!.Reason));
        Assert.Empty(await lane.TakeAsync(Reviewed(AccountDecision.Approve), Requested(), Screened(), Opened()));
        Assert.Empty(await lane.FireAsync(timer));
        Assert.Equal("Rejected", lane.State);
        Assert.Empty(lane.Timers);
    }

    [Fact]
    public async Task Application_when_nobody_decides_is_rejected()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Requested(), Screened(Hit), Identified());

        Assert.Empty(await lane.WaitAsync(TimeSpan.FromDays(7)));

        Assert.Equal(("Rejected", "review_expired"), (lane.State, lane.Find()!.Reason));
        Assert.Empty(await lane.TakeAsync(Reviewed(AccountDecision.Approve)));
    }

    [Fact]
    public async Task Application_when_checks_do_not_answer_asks_again_and_at_last_a_person()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Requested(), Identified());

        await lane.WaitAsync(TimeSpan.FromMinutes(10));

        Assert.Equal(5, lane.Published.OfType<ScreenCustomer>().Count());
        Assert.Single(lane.Published.OfType<ScreenCustomer>().Distinct());
        Assert.Single(lane.Published.OfType<CheckIdentity>());
        Assert.Equal("The applicant could not be checked in time.", Assert.Single(Assert.Single(lane.Published.OfType<AlertRaised>()).Reasons));
        Assert.Equal("InReview", lane.State);
        Assert.Empty(await lane.TakeAsync(Screened()));
    }

    [Fact]
    public async Task Application_when_it_comes_twice_or_answers_come_twice_opens_once()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Requested(), Requested(), Identified(), Identified(), Screened(), Screened(Hit), Requested(), Opened(), Opened());

        Assert.Single(lane.Published.OfType<OpenAccount>());
        Assert.Single(lane.Published.OfType<ScreenCustomer>());
        Assert.Empty(lane.Published.OfType<AlertRaised>());
        Assert.Equal("Open", lane.State);
    }

    [Fact]
    public async Task Application_when_answers_come_before_it_does_not_rest_on_them()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Screened(), Identified(), Opened(), Reviewed(AccountDecision.Approve));
        Assert.Null(lane.Find());

        await lane.TakeAsync(Requested());

        Assert.Equal("Checking", lane.State);
    }

    [Fact]
    public async Task Application_when_the_account_is_anothers_goes_on_with_that_one()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Requested(document: null), Screened(), Identified());

        Assert.Empty(await lane.TakeAsync(OpeningRefused()));

        Assert.Equal(("Open", "refused", "exists_with_different_body"), (lane.State, lane.Find()!.Outcome, lane.Find()!.Reason));
        Assert.IsType<FreezeAccount>(Assert.Single(await lane.TakeAsync(Alert(1), Alert(2), Alert(3))));
    }

    [Fact]
    public async Task Opening_when_it_is_not_answered_is_asked_for_again_with_the_same_bytes()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Requested(), Screened(), Identified());

        await lane.WaitAsync(TimeSpan.FromHours(1));

        Assert.InRange(lane.Published.OfType<OpenAccount>().Count(), 5, 20);
        Assert.Single(lane.Published.OfType<OpenAccount>().Distinct());
    }

    [Theory]
    [InlineData("L01X00T47", "l01-x00 t47", true)]
    [InlineData("L01X00T47", "L01X00T48", false)]
    public void Fingerprint_of_a_document_does_not_depend_on_how_it_is_written(string one, string other, bool same) => Assert.Equal(
        same,
        IdentityFingerprint.Of(new Applicant("A", null, one, "DE"), "k").Single() == IdentityFingerprint.Of(new Applicant("B", null, other, "DE"), "k").Single());

    [Fact]
    public void Fingerprint_of_a_person_does_not_depend_on_case_accents_and_order_but_on_the_key()
    {
        var born = new DateOnly(1990, 5, 17);
        var one = IdentityFingerprint.Of(new Applicant("José María Núñez", born), "k").Single();

        Assert.Equal(one, IdentityFingerprint.Of(new Applicant("NUNEZ, Jose-Maria", born), "k").Single());
        Assert.NotEqual(one, IdentityFingerprint.Of(new Applicant("José María Núñez", born), "other").Single());
        Assert.NotEqual(one, IdentityFingerprint.Of(new Applicant("José María Núñez", born.AddDays(1)), "k").Single());
        Assert.Empty(IdentityFingerprint.Of(new Applicant("José María Núñez"), "k"));
    }

    [Fact]
    public async Task Review_when_it_begins_after_the_checks_has_waited_since_then_and_so_has_what_follows()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Requested());
        await lane.WaitAsync(TimeSpan.FromSeconds(10));
        await lane.TakeAsync(Identified(), Screened(Hit));
        Assert.Equal(("InReview", Noon.AddSeconds(10)), (lane.State, lane.Find()!.StepAt));

        await lane.WaitAsync(TimeSpan.FromDays(2));
        await lane.TakeAsync(Reviewed(AccountDecision.Unfreeze));
        Assert.Equal(Noon.AddSeconds(10), lane.Find()!.StepAt);
        await lane.TakeAsync(Reviewed(AccountDecision.Approve));

        Assert.Equal(("Opening", Noon.AddDays(2).AddSeconds(10)), (lane.State, lane.Find()!.StepAt));
    }
}
