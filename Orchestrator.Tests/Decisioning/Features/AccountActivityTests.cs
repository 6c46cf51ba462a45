using System.Buffers;
using CsCheck;
using Orchestrator.Contracts.Activity;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;
using Orchestrator.Messaging.Streams;

namespace Orchestrator.Tests.Decisioning.Features;

/// <summary>What an account's owner did before a payment, compared with a look through all that was ever said.</summary>
public sealed class AccountActivityTests
{
    const int Kept = 4;
    const float Missing = FeatureDefinition.Missing;

    static readonly DateTimeOffset Start = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);
    static readonly DateTimeOffset Later = Start.AddDays(1);
    static readonly FeatureSchema Schema = FeaturePlan.Standard.Schema;

    static readonly string[] Names =
    [
        ActivityFeatureNames.SecondsSinceLogin, ActivityFeatureNames.PagesInSession, ActivityFeatureNames.NewDevice, ActivityFeatureNames.SessionsInHour,
    ];

    // Minutes are few, so that some are said twice, and far enough apart that sessions end.
    static readonly Gen<ActivityFeatures> Seen =
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 50], Gen.Int[-3, 30], Gen.Int[0, 9], Gen.Int[0, 3], Gen.Bool).Select((account, minute, login, pages, sessions, isNew) =>
            new ActivityFeatures(
                new Guid(minute, 0, 0, new byte[8]), $"account{account}", "customer", Start.AddMinutes(minute), Start.AddMinutes(minute - 5), pages, sessions, isNew,
                login < 0 ? null : Start.AddMinutes(minute - login)));

    static readonly Gen<(int Account, int Seconds)> Payment = Gen.Select(Gen.Int[0, 2], Gen.Int[-60, 100 * 60]);

    [Fact]
    public void Features_when_activity_comes_in_any_order_are_those_of_the_last_moment_before_the_payment() =>
        Gen.Select(Seen.Array[0, 40], Payment.Array[40], Gen.Int[0, 40], Gen.Int[0, 3]).Sample(
            (seen, payments, cut, slices) =>
            {
                var activity = new AccountActivity(Schema, capacity: 10);
                var saved = new ArrayBufferWriter<byte>();
                var told = new List<ActivityFeatures>();
                var atCut = new List<ActivityFeatures>();
                var isMore = false;
                foreach (var (i, one) in seen.Index())
                {
                    if (i == cut)
                    {
                        activity.BeginSnapshot();
                        atCut.AddRange(told);
                        isMore = true;
                    }
                    if (isMore && slices > 1)
                        isMore = activity.Snapshot(saved);
                    activity.Take(one, Later);
                    told.Add(one);
                    Assert.Equal(Expected(told, payments[i]), Vector(activity, payments[i]));
                }
                if (cut >= seen.Length)
                    return;
                while (isMore)
                    isMore = activity.Snapshot(saved);
                var restored = new AccountActivity(Schema, capacity: 10);
                restored.Restore(new MemoryStream(saved.WrittenSpan.ToArray()));
                foreach (var payment in payments)
                    Assert.Equal(Expected(atCut, payment), Vector(restored, payment));
            },
            iter: 500);

    [Fact]
    public void Features_when_nobody_was_seen_lately_are_missing()
    {
        var activity = new AccountActivity(Schema, capacity: 10);
        Assert.Equal([Missing, Missing, Missing, Missing], Vector(activity, (0, 0)));
        activity.Take(At(0), Later);

        Assert.Equal([60, 3, 1, 2], Vector(activity, (0, 0)));
        Assert.Equal([60 + (30 * 60), 3, 1, 2], Vector(activity, (0, 30 * 60)));
        Assert.Equal([Missing, Missing, Missing, Missing], Vector(activity, (0, (30 * 60) + 1)));
        Assert.Equal([Missing, Missing, Missing, Missing], Vector(activity, (0, -1)));
        Assert.Equal([Missing, Missing, Missing, Missing], Vector(activity, (1, 0)));
    }

    [Fact]
    public void Activity_when_it_claims_to_come_from_the_future_is_not_believed()
    {
        var activity = new AccountActivity(Schema, capacity: 10);
        activity.Take(At(0), Start);
        activity.Take(At(2) with { PagesInSession = 99 }, Start);

        Assert.Equal(3, Vector(activity, (0, 600))[1]);
    }

    [Fact]
    public void Activity_when_there_are_too_many_accounts_does_forget_those_not_seen_lately()
    {
        var activity = new AccountActivity(Schema, capacity: 10);
        for (var i = 0; i < 50; i++)
        {
            activity.Take(At(0) with { AccountId = $"account{i}" }, Later);
            activity.Take(At(0), Later);
        }

        Assert.Equal(10, activity.Count);
        Assert.Equal(3, Vector(activity, (0, 0))[1]);
    }

    [Theory]
    [InlineData(ActivityFeatureNames.SecondsSinceLogin, 45, "The account's owner had logged in 45 seconds before.")]
    [InlineData(ActivityFeatureNames.PagesInSession, 1, "The account's owner had looked at 1 page of the session.")]
    [InlineData(ActivityFeatureNames.NewDevice, 1, "The account's owner is on a device that was not seen before.")]
    [InlineData(ActivityFeatureNames.SessionsInHour, 3, "The account's owner had 3 sessions within 1 hour.")]
    [InlineData(ActivityFeatureNames.PagesInSession, Missing, "What the account's owner did before is not known.")]
    public void Feature_when_it_is_a_reason_is_said_in_words(string name, float value, string sentence) =>
        Assert.Equal(sentence, FeatureSentence.Of(Schema.Definitions[Schema.IndexOf(name)], value, TimeSpan.FromDays(7)));

    [Fact]
    public void Look_when_much_is_known_does_allocate_nothing()
    {
        var activity = new AccountActivity(Schema, capacity: 1_000);
        for (var i = 0; i < 1_000; i++)
            activity.Take(At(0) with { AccountId = $"account{i}" }, Later);
        var account = KeyHash.Of("account7");
        var atMs = Start.ToUnixTimeMilliseconds();
        _ = activity.Of(account, atMs).Length;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            _ = activity.Of(account, atMs + i).Length;

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Snapshot_when_its_bytes_are_any_is_refused_or_read()
    {
        var activity = new AccountActivity(Schema, capacity: 10);
        activity.Take(At(0), Later);
        activity.Take(At(1) with { AccountId = "account1" }, Later);
        activity.BeginSnapshot();
        var writer = new ArrayBufferWriter<byte>();
        while (activity.Snapshot(writer))
        {
            // Until it says that there is no more.
        }
        var good = writer.WrittenSpan.ToArray();
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, good.Length]).Sample(
            (at, value, length) =>
            {
                var changed = good[..length];
                if (at < length)
                    changed[at] = value;
                var restored = new AccountActivity(Schema, capacity: 10);
                try
                {
                    restored.Restore(new MemoryStream(changed));
                    Assert.InRange(restored.Count, 0, 2);
                }
                catch (Exception refused) when (refused is InvalidDataException || (refused is SnapshotOfOtherVersionException && at < sizeof(uint)))
                {
                    Assert.NotEmpty(refused.Message);
                }
            },
            iter: 500);
    }

    static ActivityFeatures At(int minute) => new(
        new Guid(minute, 1, 0, new byte[8]), "account0", "customer", Start.AddMinutes(minute), Start.AddMinutes(minute - 5), 3, 2, NewDevice: true, Start.AddMinutes(minute - 1));

    static float[] Vector(AccountActivity activity, (int Account, int Seconds) payment)
    {
        var plan = FeaturePlan.Standard;
        var vector = new float[plan.Schema.Length];
        var taken = EngineRuns.Event(0, KeyHash.Of($"account{payment.Account}")) with { AtMs = Start.AddSeconds(payment.Seconds).ToUnixTimeMilliseconds() };
        VectorWriter.Moments(plan, taken, activity.Of(taken.Account, taken.AtMs), vector);
        return [.. Names.Select(n => vector[plan.Schema.IndexOf(n)])];
    }

    static float[] Expected(List<ActivityFeatures> told, (int Account, int Seconds) payment)
    {
        var at = Start.AddSeconds(payment.Seconds);
        var before = told.Where(t => t.AccountId == $"account{payment.Account}").GroupBy(t => t.At).Select(g => g.Last()).OrderByDescending(t => t.At).Take(Kept)
            .FirstOrDefault(t => t.At <= at);
        if (before is null || at - before.At > TimeSpan.FromMinutes(30))
            return [Missing, Missing, Missing, Missing];
        var login = before.LoggedInAt is { } loggedIn && loggedIn <= at ? (float)(at - loggedIn).TotalSeconds : Missing;
        return [login, before.PagesInSession, before.NewDevice ? 1 : 0, before.SessionsInHour];
    }
}
