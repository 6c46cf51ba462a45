using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Api.Parked;
using Orchestrator.Messaging.Parking;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Messaging;

namespace Orchestrator.Tests.Parked;

/// <summary>A parked message is edited by two people, and what came is kept.</summary>
public sealed class ParkedEditTests(TestInfrastructure infrastructure) : ParkedDatabase(infrastructure)
{
    static readonly Guid Edit = LaneFixture.Id(1);

    [Fact]
    public async Task Edit_when_somebody_else_approves_it_takes_the_messages_place_and_keeps_what_came()
    {
        var parkedId = await ParkAsync(ParkedStatus.Failed, "a", 7);
        var came = await ScalarAsync<byte[]>("select raw from messaging.parked");
        Assert.Equal("proposed", Assert.IsType<ParkedEditOutcome.Done>(await ProposeAsync(Edit, parkedId)).Edit.State);
        Assert.True(Assert.IsType<ParkedEditOutcome.Done>(await ProposeAsync(Edit, parkedId)).Repeated);
        Assert.IsType<ParkedEditOutcome.IdReused>(await ProposeAsync(Edit, parkedId, reason: "another"));
        Assert.IsType<ParkedEditOutcome.Exists>(await ProposeAsync(LaneFixture.Id(2), parkedId));

        // Nothing has changed, and who proposed it cannot change that, in whatever case the name is written.
        Assert.IsType<ParkedEditOutcome.MakerIsChecker>(await Edits.ApproveAsync(Edit, "fine", "OTTO", default));
        Assert.Equal(came, await ScalarAsync<byte[]>("select raw from messaging.parked where requested is null and revision = 0"));

        Assert.Equal(("approved", "olga"), Assert.IsType<ParkedEditOutcome.Done>(await Edits.ApproveAsync(Edit, "fine", "olga", default)).Edit is var edit ? (edit.State, edit.DecidedBy) : default);
        Assert.True(Assert.IsType<ParkedEditOutcome.Done>(await Edits.ApproveAsync(Edit, "fine", "olga", default)).Repeated);
        Assert.Equal("approved", Assert.IsType<ParkedEditOutcome.Ended>(await Edits.RejectAsync(Edit, "no", "otto", default)).State);
        Assert.Equal("redrive olga 1", await ScalarAsync<string>("select concat_ws(' ', requested, requested_by, revision) from messaging.parked"));
        var edited = PackedRaw.Unpack(await ScalarAsync<byte[]>("select raw from messaging.parked"));
        Assert.Equal(Mended("a", 7), edited.Body);
        Assert.Equal([CloudEventHeaders.Id, CloudEventHeaders.Type, CloudEventHeaders.Source, CloudEventHeaders.ContentType, ParkedEdit.Header], edited.Headers.Select(h => h.Key));
        Assert.Equal($"{Edit}", Encoding.UTF8.GetString(edited.Headers[^1].Value));

        await TakeAsync();
        Assert.Equal(PackedRaw.Unpack(came).Body, (await Edits.FindAsync(Edit, default))!.Original.Body);
        Assert.Equal(came, await ScalarAsync<byte[]>("select original from messaging.parked_edit"));
        Assert.Equal("propose otto, approve olga, redrive olga", await ScalarAsync<string>("select string_agg(action || ' ' || actor, ', ' order by audit_id) from messaging.parked_audit"));
    }

    [Fact]
    public async Task Edit_when_the_code_forgets_what_must_hold_is_held_to_it_by_the_table()
    {
        await ProposeAsync(Edit, await ParkAsync(ParkedStatus.Failed, "a", 7));

        Assert.Equal("four_eyes", await RefusedAsync("update messaging.parked_edit set state = 'approved', decided_by = 'Otto', decided_at = now()"));
        Assert.Equal("decided_by_somebody", await RefusedAsync("update messaging.parked_edit set state = 'approved', decided_at = now()"));
        foreach (var change in new[]
        {
            "update messaging.parked_edit set original = ''", "update messaging.parked_edit set edited = original", "update messaging.parked_edit set proposed_by = 'anna'",
            "delete from messaging.parked_edit", "truncate messaging.parked_edit",
        })
        {
            Assert.Equal(PostgresErrorCodes.RestrictViolation, await RefusedAsync(change));
        }
        await Edits.RejectAsync(Edit, "no", "olga", default);
        Assert.Equal(PostgresErrorCodes.RestrictViolation, await RefusedAsync("update messaging.parked_edit set state = 'proposed', decided_by = null, decided_at = null"));
    }

    [Fact]
    public async Task Edit_when_the_lane_could_not_take_it_either_is_refused_by_name()
    {
        var parkedId = await ParkAsync(ParkedStatus.Refused, "a", 7);
        foreach (var (code, body) in new[]
        {
            ("unchanged", Body("a", 7)), ("not_json", "{"u8.ToArray()), ("wrong_shape", "[]"u8.ToArray()), ("wrong_key", Mended("other", 7)),
            ("invalid", Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Mended("a", 7)).Replace("100", "-1", StringComparison.Ordinal))),
        })
        {
            Assert.Equal(code, Assert.IsType<ParkedEditOutcome.Unfit>(await Edits.ProposeAsync(new ParkedProposal(Edit, parkedId, body, "typo", Noon.AddHours(24)), "otto", default)).Code);
        }
        Assert.Equal(0L, await ScalarAsync<long>("select count(*) from messaging.parked_edit"));
    }

    [Fact]
    public async Task Edit_when_it_is_too_late_changes_nothing()
    {
        var old = await ParkAsync(ParkedStatus.Failed, "a", 1);
        var busy = await ParkAsync(ParkedStatus.Failed, "b", 2);
        var gone = await ParkAsync(ParkedStatus.Failed, "c", 3);
        var queued = await ParkAsync(ParkedStatus.Queued, "c", 4);
        await ProposeAsync(Edit, old);
        Time.Advance(TimeSpan.FromHours(24));
        Assert.Equal("expired", Assert.IsType<ParkedEditOutcome.Ended>(await Edits.ApproveAsync(Edit, null, "olga", default)).State);
        // Another may be proposed in its place.
        Assert.IsType<ParkedEditOutcome.Done>(await ProposeAsync(LaneFixture.Id(5), old));
        Assert.Equal(["proposed", "expired"], (await Edits.ListAsync(old, null, null, 10, default)).Select(e => e.State));
        Assert.Equal(Edit, Assert.Single(await Edits.ListAsync(null, "expired", null, 10, default)).EditId);

        await ProposeAsync(LaneFixture.Id(2), busy);
        await ProposeAsync(LaneFixture.Id(3), gone);
        await ProposeAsync(LaneFixture.Id(4), queued);
        await new ParkedMessages(Database).RequestAsync(gone, ParkedRequest.Redrive, "anna", default);
        await TakeAsync();
        await new ParkedMessages(Database).RequestAsync(busy, ParkedRequest.Redrive, "anna", default);

        Assert.IsType<ParkedEditOutcome.Busy>(await Edits.ApproveAsync(LaneFixture.Id(2), null, "olga", default));
        Assert.Equal("lapsed", Assert.IsType<ParkedEditOutcome.Ended>(await Edits.ApproveAsync(LaneFixture.Id(3), null, "olga", default)).State);
        Assert.IsType<ParkedEditOutcome.NotFound>(await ProposeAsync(LaneFixture.Id(6), gone));
        Assert.IsType<ParkedEditOutcome.NotFound>(await Edits.RejectAsync(LaneFixture.Id(6), null, "olga", default));
        // One that waits for its turn is edited in its place, and nothing is asked of the lane.
        Assert.IsType<ParkedEditOutcome.Done>(await Edits.ApproveAsync(LaneFixture.Id(4), null, "olga", default));
        Assert.Equal($"{busy} redrive 0, {queued}  1", await ScalarAsync<string>(
            $"select string_agg(parked_id || ' ' || coalesce(requested, '') || ' ' || revision, ', ' order by parked_id) from messaging.parked where parked_id <> {old}"));
        await TakeAsync(failing: true);
        Assert.IsType<ParkedEditOutcome.Done>(await Edits.ApproveAsync(LaneFixture.Id(2), null, "olga", default));
    }

    [Fact]
    public async Task Edit_when_they_are_switched_off_is_neither_proposed_nor_approved()
    {
        var edit = new EditParked(Edits, new ParkedMessages(Database), null!, Options.Create(new ParkedOptions()), Time, null!, new("otto", ""), Key: null, default);

        foreach (var answer in new[] { await edit.ProposeAsync(1, new ProposeEditRequest(default, "typo")), await edit.ApproveAsync(Edit, new DecideEditRequest("fine")) })
            Assert.Equal((501, "/problems/parked_edits_off"), Assert.IsType<ProblemHttpResult>(answer).ProblemDetails is var problem ? (problem.Status, problem.Type) : default);
    }

    static byte[] Mended(string key, int number) => Body(key, number, """{"mended":"yes"}""");

    async Task<ParkedEditOutcome> ProposeAsync(Guid editId, long parkedId, string reason = "typo")
    {
        var (key, number) = await KeyAsync(parkedId);
        return await Edits.ProposeAsync(new ParkedProposal(editId, parkedId, Mended(key, number), reason, Time.GetUtcNow().AddHours(24)), "otto", default);
    }

    async Task<(string Key, int Number)> KeyAsync(long parkedId)
    {
        await using var command = Database.CreateCommand($"select message_key, position::int from messaging.parked where parked_id = {parkedId}");
        await using var row = await command.ExecuteReaderAsync();
        return await row.ReadAsync() ? (row.GetString(0), row.GetInt32(1)) : ("gone", 1);
    }

    // The constraint, or the state where a trigger refuses it.
    async Task<string?> RefusedAsync(string sql)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(sql));
        return refused.ConstraintName ?? refused.SqlState;
    }
}
