using System.Text;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Parking;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Messaging;
using static Orchestrator.Tests.Messaging.LaneFixture;

namespace Orchestrator.Tests.Parked;

/// <summary>Whatever people do with parked messages, those of a key take effect in their order, each once.</summary>
public sealed class ParkedOrderTests(TestInfrastructure infrastructure)
{
    const int Keys = 4;
    const int EachKey = 5;
    const int Acts = 30;

    enum Act
    {
        Redrive,
        Discard,
        Edit,
        RedriveAtRate,
    }

    [Fact]
    public Task Key_when_people_redrive_edit_and_discard_at_random_has_the_effects_of_the_model() =>
        Gen.Select(Gen.Bool.Array[Keys * EachKey], Gen.Select(Gen.Enum<Act>(), Gen.Int[1, Keys * EachKey]).Array[Acts])
            .SampleAsync((fails, acts) => HoldsAsync(fails, acts), iter: 1, threads: 1);

    [Fact]
    public async Task Message_when_its_edit_is_approved_while_its_lane_has_it_takes_effect_once_as_it_was_edited()
    {
        await using var fixture = await CreateAsync(infrastructure, embedded: true);
        var host = await fixture.StartServiceAsync();
        fixture.Send(Transaction(Id(1), "k", ("fail", "")));
        fixture.Send(Transaction(Id(2), "k"));
        await Eventually.HoldsAsync("both are parked", async () => await fixture.ScalarAsync<long>("select count(*) from messaging.parked") == 2);

        // The second waits in its handler until its edit is approved.
        var (begun, approved) = (new TaskCompletionSource(), new TaskCompletionSource());
        var before = fixture.Behaviour.Handled;
        fixture.Behaviour.Failing = false;
        fixture.Behaviour.Gate = async () =>
        {
            if (fixture.Behaviour.Handled == before + 1 && begun.TrySetResult())
                await approved.Task;
        };
        await host.Services.GetRequiredService<ParkedMessages>().RequestAsync(await ParkedIdAsync(fixture, 1), ParkedRequest.Redrive, "otto", default);
        await begun.Task.WaitAsync(Eventually.Bound);
        Assert.True(await EditAsync(host, await ParkedIdAsync(fixture, 2), 2, "k"));
        approved.SetResult();

        await Eventually.HoldsAsync("nothing is parked", async () => await fixture.ScalarAsync<long>("select count(*) from messaging.parked") == 0);
        Assert.Equal([$"{Id(1)} message", $"{Id(2)} edited"], await EffectsAsync(fixture, "k"));
    }

    async Task<bool> HoldsAsync(bool[] fails, (Act Act, int Number)[] acts)
    {
        await using var fixture = await CreateAsync(infrastructure, embedded: true);
        var host = await fixture.StartServiceAsync();
        for (var n = 1; n <= fails.Length; n++)
            fixture.Send(fails[n - 1] ? Transaction(Id(n), Key(n), ("fail", "")) : Transaction(Id(n), Key(n)));
        await Eventually.HoldsAsync("all are taken or parked", async () => await fixture.ScalarAsync<long>(
            "select (select count(*) from effect) + (select count(*) from messaging.parked)") >= fails.Length);

        var parked = host.Services.GetRequiredService<ParkedMessages>();
        var (edited, met) = (new HashSet<int>(), new Dictionary<long, int>());
        foreach (var (act, n) in acts)
        {
            if (await ParkedIdAsync(fixture, n) is not (> 0 and var parkedId))
                continue;
            met[parkedId] = n;
            if (act is Act.Edit)
            {
                if (await EditAsync(host, parkedId, n, Key(n)))
                    edited.Add(n);
            }
            else if (act is Act.RedriveAtRate)
            {
                await host.Services.GetRequiredService<Redrives>().AskAsync(
                    new RedriveOrder(Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), new ParkedFilter { Key = Key(n) }, 500, null, "mended", "otto"), default);
            }
            else
            {
                await parked.RequestAsync(parkedId, act is Act.Redrive ? ParkedRequest.Redrive : ParkedRequest.Discard, "otto", default);
            }
        }
        fixture.Behaviour.Failing = false;
        await Eventually.HoldsAsync("nothing is parked", async () =>
        {
            foreach (var left in await parked.PageAsync(null, 0, ParkedMessages.MaxPage, default))
                await parked.RequestAsync(left.ParkedId, ParkedRequest.Redrive, "otto", default);
            return await fixture.ScalarAsync<long>("select count(*) from messaging.parked") == 0;
        });

        var discarded = (await fixture.ScalarAsync<long[]>("select coalesce(array_agg(parked_id), '{}') from messaging.parked_audit where outcome = 'discarded'"))
            .Select(id => met[id]).ToHashSet();
        for (var key = 0; key < Keys; key++)
        {
            var model = Enumerable.Range(1, fails.Length).Where(n => Key(n) == $"key{key}" && !discarded.Contains(n))
                .Select(n => $"{Id(n)} {(edited.Contains(n) ? "edited" : "message")}");
            Assert.Equal(model, await EffectsAsync(fixture, $"key{key}"));
        }
        return true;
    }

    static string Key(int n) => $"key{n % Keys}";

    // With the time of a proposal and its approval in between, the lane may have got to it: then nothing was edited.
    static async Task<bool> EditAsync(IHost host, long parkedId, int n, string key)
    {
        var edits = host.Services.GetRequiredService<ParkedEdits>();
        var mended = Transaction(Id(n), key, ("kind", "edited"));
        var body = OutgoingMessage.Of(MessageCatalog.Contracts.Of(typeof(TransactionSubmitted)), mended, mended.TransactionId, "/tests", mended.OccurredAt).Body.ToArray();
        var now = TimeProvider.System.GetUtcNow();
        var editId = Guid.CreateVersion7(now);
        return await edits.ProposeAsync(new ParkedProposal(editId, parkedId, body, "typo", now.AddHours(1)), "otto", default) is ParkedEditOutcome.Done
            && await edits.ApproveAsync(editId, "fine", "olga", default) is ParkedEditOutcome.Done;
    }

    static async Task<long> ParkedIdAsync(LaneFixture fixture, int n) =>
        await fixture.ScalarAsync<long>($"select coalesce((select parked_id from messaging.parked where message_id = '{Id(n)}'), 0)");

    static async Task<List<string>> EffectsAsync(LaneFixture fixture, string key) =>
        [.. (await fixture.ScalarAsync<string>($"select coalesce(string_agg(id || ' ' || kind, ',' order by n), '') from effect where key = '{key}'")).Split(',', StringSplitOptions.RemoveEmptyEntries)];
}
