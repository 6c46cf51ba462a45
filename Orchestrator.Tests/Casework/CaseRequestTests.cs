using Orchestrator.Casework.Cases;
using Orchestrator.Casework.Requests;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Casework.CaseworkDatabase;

namespace Orchestrator.Tests.Casework;

/// <summary>A request with a key takes effect once.</summary>
public sealed class CaseRequestTests(TestInfrastructure infrastructure)
{
    [Fact]
    public async Task Claim_when_it_is_sent_again_gets_the_same_case()
    {
        await using var db = await CreateAsync(infrastructure);
        await db.TakeAsync([.. Enumerable.Range(1, 30).Select(i => Alert(i, account: $"account-{i}"))]);
        var request = CaseRequest.Of("first", "claim", "fraud_review");

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => db.Cases.ClaimAsync("fraud_review", "carol", request, CancellationToken.None)));

        var done = answers.Cast<CaseResult.Done>().ToList();
        Assert.Single(done, d => !d.Replayed);
        Assert.Single(done.Select(d => d.Case).Distinct());
        Assert.Equal(1L, await db.ScalarAsync<long>("select count(*) from casework.work_case where state = 'investigating'"));
        Assert.IsType<CaseResult.KeyReused>(await db.Cases.ClaimAsync(null, "carol", CaseRequest.Of("first", "claim", null), CancellationToken.None));
        // A key is one person's.
        Assert.False(Assert.IsType<CaseResult.Done>(await db.Cases.ClaimAsync("fraud_review", "dave", request, CancellationToken.None)).Replayed);
    }

    [Fact]
    public async Task Request_without_effect_is_asked_anew()
    {
        await using var db = await CreateAsync(infrastructure);
        var request = CaseRequest.Of("early", "claim", null);
        Assert.Null(await db.Cases.ClaimAsync(null, "carol", request, CancellationToken.None));
        await db.TakeAsync([Alert(1)]);

        Assert.IsType<CaseResult.Done>(await db.Cases.ClaimAsync(null, "carol", request, CancellationToken.None));
        var note = CaseRequest.Of("note", "called");
        Assert.IsType<CaseResult.Done>(await db.Cases.NoteAsync(IdOf(1), "carol", "called", note, CancellationToken.None));
        Assert.True(Assert.IsType<CaseResult.Done>(await db.Cases.NoteAsync(IdOf(1), "carol", "called", note, CancellationToken.None)).Replayed);
        Assert.Equal(1L, await db.ScalarAsync<long>("select count(*) from casework.case_log where action = 'note'"));
    }

    [Fact]
    public async Task Claims_of_one_person_at_once_stay_within_what_one_may_have()
    {
        await using var db = await CreateAsync(infrastructure, new Orchestrator.Casework.CaseworkOptions { MaxInvestigating = 5 });
        await db.TakeAsync([.. Enumerable.Range(1, 30).Select(i => Alert(i, account: $"account-{i}"))]);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => db.Cases.ClaimAsync(null, "carol", CancellationToken.None)));

        Assert.Equal(5, answers.OfType<CaseResult.Done>().Count());
    }
}
