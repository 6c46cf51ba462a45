using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Casework;
using Orchestrator.Casework.Events;
using Orchestrator.Casework.Mail;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Casework.CaseworkDatabase;

namespace Orchestrator.Tests.Casework;

/// <summary>Mail about cases: all that waits in one mail, one a minute, until it is taken.</summary>
public sealed class CaseMailTests(TestInfrastructure infrastructure)
{
    [Fact]
    public async Task Cases_when_they_are_opened_are_said_in_one_mail_a_minute()
    {
        await using var smtp = new SmtpListener();
        await using var db = await CreateAsync(infrastructure, Options(smtp.Port));
        await OpenAsync(db, [.. Enumerable.Range(1, 30).Select(i => Alert(i, account: $"account-{i}")), Alert(31, kind: "compensated")]);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => DrainAsync(db)));
        await OpenAsync(db, [Alert(40, account: "later")]);
        await DrainAsync(db);

        var mails = smtp.Mails.ToList();
        Assert.Equal(["all@example.com", "fraud@example.com"], mails.Select(m => m.To).Order());
        var (fraud, all) = (mails.Single(m => m.To == "fraud@example.com").Data, mails.Single(m => m.To == "all@example.com").Data);
        Assert.Contains("Subject: Cases: 30 new", fraud, StringComparison.Ordinal);
        Assert.Contains("Subject: Cases: 31 new", all, StringComparison.Ordinal);
        Assert.Contains($"{IdOf(7)}", fraud, StringComparison.Ordinal);
        Assert.DoesNotContain("account-7", fraud, StringComparison.Ordinal);
        db.Time.Advance(TimeSpan.FromSeconds(61));
        await DrainAsync(db);
        Assert.Equal(4, smtp.Mails.Count);
        Assert.Equal(0L, await db.ScalarAsync<long>("select count(*) from casework.mail_line"));
    }

    [Fact]
    public async Task Mail_when_it_is_not_taken_is_sent_later_and_casework_goes_on()
    {
        await using var smtp = new SmtpListener { Refuses = true };
        await using var db = await CreateAsync(infrastructure, Options(smtp.Port));
        await OpenAsync(db, [Alert(1)]);
        await DrainAsync(db);
        Assert.Empty(smtp.Mails);
        db.Time.Advance(TimeSpan.FromHours(25));
        await db.Cases.EscalateAsync(CancellationToken.None);
        await OpenAsync(db, [Alert(2, account: "bob")]);
        await DrainAsync(db);

        smtp.Refuses = false;
        for (var i = 0; i < 100 && smtp.Mails.Count < 2; i++)
        {
            db.Time.Advance(TimeSpan.FromMinutes(1));
            await DrainAsync(db);
        }

        // The first case is old news, that it is overdue is not.
        Assert.All(smtp.Mails, m => Assert.Contains("Subject: Cases: 1 overdue, 1 new", m.Data, StringComparison.Ordinal));
        Assert.Equal(2, smtp.Mails.Count);
    }

    [Fact]
    public async Task Mail_without_a_server_is_not_kept()
    {
        await using var db = await CreateAsync(infrastructure);
        await OpenAsync(db, [Alert(1)]);

        Assert.Equal(0, await Sender(db).RunOnceAsync(CancellationToken.None));
        Assert.Equal(0L, await db.ScalarAsync<long>("select count(*) from casework.mail_line"));
    }

    static CaseworkOptions Options(int port) => new()
    {
        Mail = new MailOptions
        {
            Host = $"{IPAddress.Loopback}",
            Port = port,
            Security = MailSecurity.None,
            From = "Cases <cases@example.com>",
            To = new Dictionary<string, string[]>(StringComparer.Ordinal) { ["fraud_review"] = ["fraud@example.com", "all@example.com"], ["*"] = ["all@example.com"] },
        },
    };

    static async Task OpenAsync(CaseworkDatabase db, IReadOnlyList<Orchestrator.Contracts.Alerts.AlertRaised> alerts)
    {
        await db.TakeAsync(alerts);
        var relay = new EventRelay(db.Source, db.Outbox, MessageCatalog.Contracts, [new MailSink(Microsoft.Extensions.Options.Options.Create(db.Options))]);
        while (await relay.RunOnceAsync(CancellationToken.None) > 0)
        {
        }
    }

    static CaseMail Sender(CaseworkDatabase db) => new(db.Source, db.Time, Microsoft.Extensions.Options.Options.Create(db.Options), NullLogger<CaseMail>.Instance);

    static async Task DrainAsync(CaseworkDatabase db)
    {
        while (await Sender(db).RunOnceAsync(CancellationToken.None) > 0)
        {
        }
    }
}
