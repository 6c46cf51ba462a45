using System.Security.Cryptography;
using System.Text;
using Orchestrator.Casework.Attachments;
using Orchestrator.Casework.Links;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Casework.CaseworkDatabase;

namespace Orchestrator.Tests.Casework;

/// <summary>What people keep with cases, and what these have to do with.</summary>
public sealed class AttachmentTests(TestInfrastructure infrastructure)
{
    static readonly byte[] Png = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 1, 2];

    public static TheoryData<string, string, byte[], string?> Files => new()
    {
        { "a.pdf", "application/pdf", Utf8("%PDF-1.7 ..."), null },
        { "A.PNG", "image/png", Png, null },
        { "a.jpeg", "image/jpeg", [0xFF, 0xD8, 0xFF, 0xE0], null },
        { "a.txt", "text/plain", Utf8("Grüße\tan alle\r\n"), null },
        { "a.csv", "text/csv", Utf8("a,b\n\"1, 2\",3\n"), null },
        { "a.eml", "message/rfc822", Utf8("From: a@example.com\r\nTo: b@example.com\r\nSubject: hello\r\n folded\r\n\r\nbody"), null },
        { "a.png", "image/png", Utf8("%PDF-1.7"), "content_mismatch" },
        { "a.pdf", "application/pdf", Png, "content_mismatch" },
        { "a.txt", "text/plain", Utf8("%PDF-1.7"), "content_mismatch" },
        { "a.txt", "text/plain", Png, "content_mismatch" },
        { "a.txt", "text/plain", [0xC3, 0x28], "content_mismatch" },
        { "a.csv", "text/csv", Utf8("\"a,b"), "content_mismatch" },
        { "a.eml", "message/rfc822", Utf8("hello"), "content_mismatch" },
        { "a.pdf", "image/png", Png, "name_mismatch" },
        { "a", "image/png", Png, "name_mismatch" },
        { "a.html", "text/html", Utf8("<script>"), "unknown_media_type" },
        { "a.html", "text/plain", Utf8("<script>"), "name_mismatch" },
        { "a.exe", "application/octet-stream", Utf8("MZ"), "unknown_media_type" },
        { "../a.txt", "text/plain", Utf8("x"), "invalid_name" },
        { "", "text/plain", Utf8("x"), "invalid_name" },
        { "a\u202etxt.txt", "text/plain", Utf8("x"), "invalid_name" },
        { "a.txt", "text/plain", [], "empty_content" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void File_when_it_is_what_it_is_said_to_be_may_be_attached(string name, string mediaType, byte[] content, string? refused) =>
        Assert.Equal(refused, AttachmentContent.Refuse(name, mediaType, content));

    [Fact]
    public async Task Content_is_stored_once_and_goes_with_its_last_attachment()
    {
        await using var db = await CreateAsync(infrastructure);
        await db.TakeAsync([Alert(1), Alert(2, account: "bob")]);
        var store = new AttachmentStore(db.Source, db.Time);
        var content = new byte[3 << 20];
        new Random(7).NextBytes(content);
        Png.CopyTo(content, 0);

        var first = Assert.IsType<AttachResult.Attached>(await store.AddAsync(IdOf(1), "a.png", "image/png", content, "carol", CancellationToken.None));
        var again = Assert.IsType<AttachResult.Attached>(await store.AddAsync(IdOf(1), "a.png", "image/png", content, "dave", CancellationToken.None));
        var second = Assert.IsType<AttachResult.Attached>(await store.AddAsync(IdOf(2), "b.png", "image/png", content, "carol", CancellationToken.None));

        Assert.Equal((false, true, first.Attachment), (first.Known, again.Known, again.Attachment));
        Assert.Equal(1L, await db.ScalarAsync<long>("select count(*) from casework.content"));
        await using (var open = (await store.OpenAsync(IdOf(1), first.Attachment.AttachmentId, CancellationToken.None))!)
        {
            using var read = new MemoryStream();
            await open.Content.CopyToAsync(read);
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), Convert.ToHexStringLower(SHA256.HashData(read.ToArray())));
            Assert.Equal(open.Attachment.Sha256, Convert.ToHexStringLower(SHA256.HashData(content)));
        }
        Assert.Null(await store.OpenAsync(IdOf(2), first.Attachment.AttachmentId, CancellationToken.None));

        var removed = await store.RemoveAsync(IdOf(1), first.Attachment.AttachmentId, "sue", "the wrong customer", CancellationToken.None);
        Assert.Equal(("sue", "the wrong customer", first.Attachment.Sha256), (removed!.RemovedBy, removed.RemovedReason, removed.Sha256));
        Assert.Null(await store.RemoveAsync(IdOf(1), first.Attachment.AttachmentId, "sue", "again", CancellationToken.None));
        Assert.Null(await store.OpenAsync(IdOf(1), first.Attachment.AttachmentId, CancellationToken.None));
        Assert.Equal(1L, await db.ScalarAsync<long>("select count(*) from casework.content"));
        await store.RemoveAsync(IdOf(2), second.Attachment.AttachmentId, "sue", "likewise", CancellationToken.None);
        Assert.Equal(0L, await db.ScalarAsync<long>("select count(*) from casework.content"));
        Assert.Equal(first.Attachment.Sha256, Assert.Single((await store.ListAsync(IdOf(1), CancellationToken.None))!).Sha256);
        var log = (await db.Reader.FindAsync(IdOf(1), CancellationToken.None))!.Log;
        Assert.Equal([("carol", "attach", null), ("sue", "detach", "the wrong customer")], log.Select(l => (l.Actor, l.Action, l.Reason)));
        Assert.Equal(first.Attachment.Sha256, log[1].From!.Value.GetProperty("sha256").GetString());
        Assert.IsType<AttachResult.NoCase>(await store.AddAsync(IdOf(9), "a.png", "image/png", content, "carol", CancellationToken.None));
    }

    [Fact]
    public async Task Attachments_of_a_case_are_bounded_whoever_adds_them_at_once()
    {
        await using var db = await CreateAsync(infrastructure);
        await db.TakeAsync([Alert(1)]);
        var store = new AttachmentStore(db.Source, db.Time);

        var results = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => store.AddAsync(IdOf(1), $"{i}.txt", "text/plain", Utf8($"text {i % 25}"), "carol", CancellationToken.None)));

        Assert.Equal((20, 10), (results.OfType<AttachResult.Attached>().Count(), results.OfType<AttachResult.Full>().Count()));
        // While some add content and others take the last of it away, nothing is left without its content.
        await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            var attached = results.OfType<AttachResult.Attached>().ElementAt(i % 20).Attachment;
            if (i % 2 == 0)
                await store.RemoveAsync(IdOf(1), attached.AttachmentId, "sue", "x", CancellationToken.None);
            else
                await store.AddAsync(IdOf(1), $"more-{i}.txt", "text/plain", Utf8($"text {i % 25}"), "carol", CancellationToken.None);
        }));
        Assert.Equal(0L, await db.ScalarAsync<long>("select count(*) from casework.content c where not exists (select from casework.attachment a where a.stored = c.sha256)"));
    }

    [Fact]
    public async Task Links_are_added_once_shown_by_both_cases_and_logged()
    {
        await using var db = await CreateAsync(infrastructure);
        await db.TakeAsync([Alert(1), Alert(2, account: "bob"), Alert(3)]);
        var links = new LinkStore(db.Source, db.Time);

        var added = Assert.IsType<LinkResult.Linked>(await links.AddAsync(IdOf(1), LinkKind.Case, $"{IdOf(2)}", "the same device", "carol", CancellationToken.None));
        var again = Assert.IsType<LinkResult.Linked>(await links.AddAsync(IdOf(1), LinkKind.Case, $"{IdOf(2)}", "again", "dave", CancellationToken.None));
        db.Time.Advance(TimeSpan.FromSeconds(1));
        await links.AddAsync(IdOf(1), LinkKind.Session, "session 4711", null, "carol", CancellationToken.None);

        Assert.Equal((false, true, added.Link), (added.Known, again.Known, again.Link));
        Assert.Equal(
            [
                (LinkKind.Case, $"{IdOf(2)}", LinkSource.Person), (LinkKind.Session, "session 4711", LinkSource.Person),
                (LinkKind.Transaction, $"{Alert(1).TransactionId}", LinkSource.Alert), (LinkKind.Transaction, $"{Alert(3).TransactionId}", LinkSource.Alert),
            ],
            (await links.ListAsync(IdOf(1), CancellationToken.None))!.Select(l => (l.Kind, l.Target, l.Source)));
        Assert.Contains((LinkKind.Case, $"{IdOf(1)}", LinkSource.OtherCase), (await links.ListAsync(IdOf(2), CancellationToken.None))!.Select(l => (l.Kind, l.Target, l.Source)));
        Assert.IsType<LinkResult.NoTarget>(await links.AddAsync(IdOf(1), LinkKind.Case, $"{IdOf(1)}", null, "carol", CancellationToken.None));
        Assert.IsType<LinkResult.NoTarget>(await links.AddAsync(IdOf(1), LinkKind.Case, $"{IdOf(77)}", null, "carol", CancellationToken.None));
        Assert.IsType<LinkResult.NoCase>(await links.AddAsync(IdOf(77), LinkKind.Session, "s", null, "carol", CancellationToken.None));
        Assert.True(await links.RemoveAsync(IdOf(1), added.Link.LinkId!.Value, "dave", "mistaken", CancellationToken.None));
        Assert.False(await links.RemoveAsync(IdOf(1), added.Link.LinkId!.Value, "dave", "mistaken", CancellationToken.None));
        Assert.Equal(
            [("link", "the same device"), ("link", null), ("unlink", "mistaken")], (await db.Reader.FindAsync(IdOf(1), CancellationToken.None))!.Log.Select(l => (l.Action, l.Reason)));
        Assert.Null(await links.ListAsync(IdOf(77), CancellationToken.None));
    }

    static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
