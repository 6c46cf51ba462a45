using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Casework;
using Orchestrator.Casework.Cases;
using Orchestrator.Casework.Events;
using Orchestrator.Casework.Webhooks;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Casework.CaseworkDatabase;

namespace Orchestrator.Tests.Casework;

/// <summary>Webhooks: what happens is delivered, signed, until it is taken, and nowhere where it must not go.</summary>
public sealed class WebhookTests(TestInfrastructure infrastructure)
{
    static readonly string Key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    [Fact]
    public async Task Event_when_it_has_happened_is_delivered_signed()
    {
        await using var db = await CreateAsync(infrastructure, Options());
        await using var receiver = await WebhookReceiver.StartAsync();
        var (webhook, secret) = await SubscribeAsync(db, receiver, [EventKinds.AlertRaised, EventKinds.CaseOpened, EventKinds.CaseResolved]);
        await db.TakeAsync([Alert(1)]);
        await db.Cases.ActAsync(IdOf(1), new CaseAction.Assign("carol"), "carol", null, null, CancellationToken.None);
        await db.Cases.ActAsync(IdOf(1), new CaseAction.Close(CaseOutcome.Genuine), "carol", "ümlaut \"quoted\"", null, CancellationToken.None);
        // What is rolled back is not delivered.
        await db.Cases.ActAsync(IdOf(1), new CaseAction.Close(CaseOutcome.Genuine), "dave", "late", null, CancellationToken.None);

        Assert.Equal(3, await Worker(db).RunOnceAsync(CancellationToken.None));
        Assert.Equal(0, await Worker(db).RunOnceAsync(CancellationToken.None));

        Assert.Equal(["alert.raised", "case.opened", "case.resolved"], receiver.Messages.Select(m => Json(m.Body).GetProperty("type").GetString()).Order());
        Assert.All(receiver.Messages, m => Assert.True(m.IsGenuine(secret, db.Time.GetUtcNow())));
        Assert.All(receiver.Messages, m => Assert.False(m.IsGenuine(WebhookSecrets.Shown(WebhookSecrets.Create()), db.Time.GetUtcNow())));
        // Whoever sends it again later is found out by the time, and who changes the time by the signature.
        var replayed = receiver.Messages.First();
        Assert.False(replayed.IsGenuine(secret, db.Time.GetUtcNow().AddMinutes(6)));
        Assert.False((replayed with { Timestamp = $"{db.Time.GetUtcNow().AddMinutes(6).ToUnixTimeSeconds()}" }).IsGenuine(secret, db.Time.GetUtcNow().AddMinutes(6)));
        var resolved = Json(receiver.Messages.Single(m => m.Body.Contains("case.resolved", StringComparison.Ordinal)).Body).GetProperty("data");
        Assert.Equal(("genuine", "carol", "ümlaut \"quoted\""), (resolved.GetProperty("outcome").GetString(), resolved.GetProperty("closedBy").GetString(), resolved.GetProperty("reason").GetString()));
        var (deliveries, _) = await new DeliveryStore(db.Source).ListAsync(webhook.WebhookId, null, null, 10, CancellationToken.None);
        Assert.All(deliveries, d => Assert.Equal((DeliveryState.Delivered, 1), (d.State, d.Attempts)));
        Assert.Equal(3, deliveries.Count);
    }

    [Fact]
    public async Task Delivery_when_it_is_not_taken_comes_again_under_its_id()
    {
        await using var db = await CreateAsync(infrastructure, Options());
        await using var receiver = await WebhookReceiver.StartAsync();
        var (webhook, secret) = await SubscribeAsync(db, receiver, [EventKinds.CaseOpened]);
        receiver.Answer = async (before, context) =>
        {
            context.Response.StatusCode = before < 3 ? 500 : 200;
            await context.Response.WriteAsync(before < 3 ? $"not now\0 {new string('x', 5_000)}" : "thanks");
        };
        await db.TakeAsync([Alert(1)]);

        for (var round = 0; round < 40 && receiver.Messages.Count < 4; round++)
        {
            await Worker(db).RunOnceAsync(CancellationToken.None);
            db.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(4, receiver.Messages.Count);
        Assert.Single(receiver.Messages.Select(m => (m.Id, m.Body)).Distinct());
        Assert.True(receiver.Messages.Last().IsGenuine(secret, db.Time.GetUtcNow()));
        var store = new DeliveryStore(db.Source);
        var delivery = Assert.Single((await store.ListAsync(webhook.WebhookId, DeliveryState.Delivered, null, 10, CancellationToken.None)).Items);
        var whole = (await store.FindAsync(webhook.WebhookId, delivery.DeliveryId, CancellationToken.None))!;
        Assert.Equal([500, 500, 500, 200], whole.Attempts.Select(a => a.Status!.Value));
        Assert.Equal(["not_successful", "not_successful", "not_successful", null], whole.Attempts.Select(a => a.Error));
        Assert.All(whole.Attempts, a => Assert.InRange(a.Answer!.Length, 6, WebhookSender.MaxAnswer));
        Assert.Null((await Store(db).FindAsync(webhook.WebhookId, CancellationToken.None))!.FailingSince);
    }

    [Fact]
    public async Task Delivery_when_nobody_ever_takes_it_is_given_up_after_a_day_and_sent_again_by_hand()
    {
        await using var db = await CreateAsync(infrastructure, Options());
        await using var receiver = await WebhookReceiver.StartAsync();
        var (webhook, _) = await SubscribeAsync(db, receiver, [EventKinds.CaseOpened]);
        receiver.Answer = (_, context) =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        await db.TakeAsync([Alert(1)]);
        var store = new DeliveryStore(db.Source);
        WebhookDelivery? delivery = null;
        var began = db.Time.GetUtcNow();
        for (var round = 0; round < 400 && delivery is null; round++)
        {
            await Worker(db).RunOnceAsync(CancellationToken.None);
            db.Time.Advance(TimeSpan.FromMinutes(5));
            delivery = (await store.ListAsync(webhook.WebhookId, DeliveryState.GivenUp, null, 10, CancellationToken.None)).Items.SingleOrDefault();
        }

        Assert.Equal(WebhookBackoff.MaxAttempts, receiver.Messages.Count);
        Assert.InRange(db.Time.GetUtcNow() - began, TimeSpan.FromHours(18), TimeSpan.FromHours(30));
        receiver.Answer = (_, context) =>
        {
            context.Response.StatusCode = 200;
            return Task.CompletedTask;
        };
        Assert.Equal(DeliveryState.Pending, (await store.RedeliverAsync(webhook.WebhookId, delivery!.DeliveryId, db.Time.GetUtcNow(), CancellationToken.None))!.State);
        await Worker(db).RunOnceAsync(CancellationToken.None);
        Assert.Equal(DeliveryState.Delivered, (await store.FindAsync(webhook.WebhookId, delivery.DeliveryId, CancellationToken.None))!.Delivery.State);
    }

    [Fact]
    public async Task Webhook_that_fails_for_days_is_disabled_until_it_is_enabled()
    {
        await using var db = await CreateAsync(infrastructure, Options());
        await using var receiver = await WebhookReceiver.StartAsync();
        var (webhook, _) = await SubscribeAsync(db, receiver, [EventKinds.CaseOpened]);
        receiver.Answer = (_, context) =>
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        };
        var (number, disabled) = (0, webhook);
        for (var round = 0; round < 200 && disabled.State == WebhookState.Enabled; round++)
        {
            await db.TakeAsync([Alert(++number, account: $"account-{number}")]);
            await Worker(db).RunOnceAsync(CancellationToken.None);
            db.Time.Advance(TimeSpan.FromHours(1));
            disabled = (await Store(db).FindAsync(webhook.WebhookId, CancellationToken.None))!;
        }

        Assert.InRange(db.Time.GetUtcNow() - disabled.FailingSince!.Value, TimeSpan.FromDays(3), TimeSpan.FromDays(3.2));
        Assert.True(disabled.State == WebhookState.Disabled);
        var before = receiver.Messages.Count;
        await db.TakeAsync([Alert(++number, account: $"account-{number}")]);
        Assert.Equal(0, await Worker(db).RunOnceAsync(CancellationToken.None));
        await Store(db).EnableAsync(webhook.WebhookId, CancellationToken.None);
        Assert.InRange(await Worker(db).RunOnceAsync(CancellationToken.None), 1, 4);
        Assert.DoesNotContain(receiver.Messages, m => m.Body.Contains($"account-{number}\"", StringComparison.Ordinal));
        Assert.True(receiver.Messages.Count > before);
    }

    [Fact]
    public async Task Delivery_that_waits_for_a_week_is_given_up()
    {
        await using var db = await CreateAsync(infrastructure, Options());
        await using var receiver = await WebhookReceiver.StartAsync();
        var (webhook, _) = await SubscribeAsync(db, receiver, [EventKinds.CaseOpened]);
        await db.TakeAsync([Alert(1)]);
        await Store(db).DisableAsync(webhook.WebhookId, "moves house", CancellationToken.None);
        db.Time.Advance(TimeSpan.FromDays(8));
        await Worker(db).RunOnceAsync(CancellationToken.None);
        await Store(db).EnableAsync(webhook.WebhookId, CancellationToken.None);

        Assert.Equal(0, await Worker(db).RunOnceAsync(CancellationToken.None));
        Assert.Empty(receiver.Messages);
        Assert.Equal("given_up", await db.ScalarAsync<string>("select state from casework.webhook_delivery"));
    }

    [Fact]
    public async Task Workers_of_several_processes_deliver_each_once()
    {
        await using var db = await CreateAsync(infrastructure, Options());
        await using var receiver = await WebhookReceiver.StartAsync();
        await SubscribeAsync(db, receiver, [EventKinds.AlertRaised]);
        await db.TakeAsync([.. Enumerable.Range(1, 60).Select(i => Alert(i, account: $"account-{i}"))]);

        await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            var worker = Worker(db);
            while (await db.ScalarAsync<long>("select count(*) from casework.webhook_delivery where state = 'pending'") > 0)
                await worker.RunOnceAsync(CancellationToken.None);
        }));

        Assert.Equal(60, receiver.Messages.Count);
        Assert.Equal(60, receiver.Messages.Select(m => m.Id).Distinct().Count());
    }

    [Fact]
    public async Task Webhook_when_it_is_taken_away_while_things_happen_stops_nothing()
    {
        await using var db = await CreateAsync(infrastructure, Options());
        await using var receiver = await WebhookReceiver.StartAsync();

        await Task.WhenAll(
            Task.Run(async () =>
            {
                for (var i = 0; i < 60; i++)
                {
                    var (webhook, _) = await SubscribeAsync(db, receiver, [EventKinds.AlertRaised, EventKinds.CaseOpened]);
                    await Store(db).DeleteAsync(webhook.WebhookId, CancellationToken.None);
                }
            }),
            Task.Run(async () =>
            {
                for (var i = 1; i <= 120; i++)
                    await db.TakeAsync([Alert(i, account: $"account-{i}")]);
            }));

        Assert.Equal(240L, await db.ScalarAsync<long>("select count(*) from casework.event"));
        Assert.Equal(0L, await db.ScalarAsync<long>("select count(*) from casework.webhook_delivery"));
    }

    [Fact]
    public async Task Secret_when_it_is_changed_signs_beside_the_old_one_for_a_day()
    {
        await using var db = await CreateAsync(infrastructure, Options());
        await using var receiver = await WebhookReceiver.StartAsync();
        var (webhook, old) = await SubscribeAsync(db, receiver, [EventKinds.CaseOpened]);
        var (_, fresh) = (await Store(db).RotateAsync(webhook.WebhookId, CancellationToken.None))!.Value;

        await db.TakeAsync([Alert(1)]);
        await Worker(db).RunOnceAsync(CancellationToken.None);
        db.Time.Advance(TimeSpan.FromHours(25));
        await db.TakeAsync([Alert(2, account: "bob")]);
        await Worker(db).RunOnceAsync(CancellationToken.None);

        Assert.NotEqual(old, fresh);
        var (both, alone) = (receiver.Messages.First(), receiver.Messages.Last());
        Assert.True(both.IsGenuine(old, Noon) && both.IsGenuine(fresh, Noon));
        Assert.True(alone.IsGenuine(fresh, db.Time.GetUtcNow()) && !alone.IsGenuine(old, db.Time.GetUtcNow()));
        // Neither is in the database, and another key reads nothing.
        Assert.Equal(0L, await db.ScalarAsync<long>($"select count(*) from casework.webhook where position('{Convert.ToHexString(Convert.FromBase64String(fresh[6..]))}' in upper(encode(secret, 'hex'))) > 0"));
        var other = new WebhookSecrets(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        await db.TakeAsync([Alert(3, account: "carl")]);
        await Worker(db, secrets: other).RunOnceAsync(CancellationToken.None);
        Assert.Equal(2, receiver.Messages.Count);
        Assert.Equal("secret_not_readable", await db.ScalarAsync<string>("select error from casework.webhook_attempt where error is not null"));
    }

    [Fact]
    public async Task Webhook_that_leads_elsewhere_is_not_followed()
    {
        await using var db = await CreateAsync(infrastructure, Options());
        await using var elsewhere = await WebhookReceiver.StartAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        await SubscribeAsync(db, receiver, [EventKinds.CaseOpened]);
        receiver.Answer = (_, context) =>
        {
            context.Response.Redirect(elsewhere.Url, permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        };
        await db.TakeAsync([Alert(1)]);

        await Worker(db).RunOnceAsync(CancellationToken.None);
        // By name too: what it leads to is looked at when it is connected to.
        var guarded = new CaseworkOptions { WebhookKey = Key, Webhooks = new WebhookOptions { AllowHttp = true } };
        using var sender = new WebhookSender(Microsoft.Extensions.Options.Options.Create(guarded), db.Time);
        var byAddress = await sender.SendAsync(receiver.Url, "msg_1", "{}", [], CancellationToken.None);
        var byName = await sender.SendAsync(receiver.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), "msg_1", "{}", [], CancellationToken.None);

        Assert.Empty(elsewhere.Messages);
        Assert.Single(receiver.Messages);
        Assert.Equal((short)307, await db.ScalarAsync<short>("select status from casework.webhook_attempt"));
        Assert.Equal(("private_address", "private_address"), (byAddress.Error, byName.Error));
    }

    [Theory]
    [InlineData("https://example.com/hooks?a=b", null)]
    [InlineData("http://example.com/hooks", "https_required")]
    [InlineData("ftp://example.com", "https_required")]
    [InlineData("example.com/hooks", "invalid_url")]
    [InlineData("https://user:secret@example.com", "invalid_url")]
    [InlineData("https://example.com/#part", "invalid_url")]
    [InlineData("https://localhost/", "private_address")]
    [InlineData("https://api.localhost./", "private_address")]
    [InlineData("https://127.0.0.1/", "private_address")]
    [InlineData("https://2130706433/", "private_address")]
    [InlineData("https://0x7f.1/", "private_address")]
    [InlineData("https://10.1.2.3/", "private_address")]
    [InlineData("https://172.31.0.1/", "private_address")]
    [InlineData("https://192.168.1.1:8443/", "private_address")]
    [InlineData("https://169.254.169.254/latest/meta-data", "private_address")]
    [InlineData("https://100.64.0.1/", "private_address")]
    [InlineData("https://[::1]/", "private_address")]
    [InlineData("https://[::ffff:10.0.0.1]/", "private_address")]
    [InlineData("https://[fd00::1]/", "private_address")]
    [InlineData("https://[fe80::1]/", "private_address")]
    [InlineData("https://[64:ff9b::a00:1]/", "private_address")]
    [InlineData("https://[2606:4700::1111]/", null)]
    [InlineData("https://8.8.8.8/", null)]
    public void Address_when_it_is_not_of_the_public_internet_is_refused(string url, string? refused) =>
        Assert.Equal(refused, WebhookAddress.Refuse(url, new WebhookOptions()));

    [Fact]
    public void Backoff_grows_to_about_a_day_in_all_and_differs_by_delivery()
    {
        var waits = Enumerable.Range(1, WebhookBackoff.MaxAttempts).Select(i => WebhookBackoff.After(i, IdOf(1))).ToList();

        Assert.Null(waits[^1]);
        Assert.InRange(waits[..^1].Sum(w => w!.Value.TotalHours), 18, 29);
        Assert.True(Enumerable.Range(0, 100).Select(i => WebhookBackoff.After(1, Guid.CreateVersion7(Noon.AddMilliseconds(i)))).Distinct().Count() > 20);
        Assert.All(Enumerable.Range(0, 100), i => Assert.InRange(WebhookBackoff.After(1, Guid.CreateVersion7(Noon))!.Value.TotalSeconds, 4, 6));
    }

    static CaseworkOptions Options() => new() { WebhookKey = Key, Webhooks = new WebhookOptions { AllowHttp = true, AllowPrivateAddresses = true, TimeoutSeconds = 5 } };

    static WebhookStore Store(CaseworkDatabase db) => new(db.Source, new WebhookSecrets(Key), db.Time, Microsoft.Extensions.Options.Options.Create(db.Options));

    static WebhookDeliveries Worker(CaseworkDatabase db, WebhookSecrets? secrets = null)
    {
        var options = Microsoft.Extensions.Options.Options.Create(db.Options);
        return new WebhookDeliveries(
            new DeliveryStore(db.Source), new WebhookSender(options, db.Time), secrets ?? new WebhookSecrets(Key), db.Time, options, NullLogger<WebhookDeliveries>.Instance);
    }

    static async Task<(Webhook Webhook, string Secret)> SubscribeAsync(CaseworkDatabase db, WebhookReceiver receiver, IReadOnlyList<string> kinds) =>
        (await Store(db).CreateAsync(receiver.Url, kinds, "a test", "olga", CancellationToken.None))!.Value;

    static JsonElement Json(string body) => JsonDocument.Parse(body).RootElement;
}
