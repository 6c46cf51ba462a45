using Confluent.Kafka;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Publishing;
using Orchestrator.Cli.Tail;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Embedded;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Cli;

public sealed class TailTests
{
    static readonly TailMessage Message = new(
        "ledger-events", 3, 17, DateTimeOffset.UnixEpoch, "cust-000123",
        [new("ce_id", "id-1"), new("ce_type", "orchestrator.ledger.event-recorded.v1"), new("content-type", "application/json")],
        """{"type":"credited","version":5,"counters":{"debitsPostedMinor":700},"note":"a=b"}""");

    [Theory]
    [InlineData("cust-0001", true)]
    [InlineData("event-recorded", true)]
    [InlineData("credited", true)]
    [InlineData("debited", false)]
    [InlineData("key=cust-000123", true)]
    [InlineData("key=cust", false)]
    [InlineData("type=orchestrator.ledger.event-recorded.v1", true)]
    [InlineData("type=credited", false)]
    [InlineData("id=id-1", true)]
    [InlineData("partition=3", true)]
    [InlineData("partition=4", false)]
    [InlineData("content-type=application/json", true)]
    [InlineData("version=5", true)]
    [InlineData("version=6", false)]
    [InlineData("counters.debitsPostedMinor=700", true)]
    [InlineData("counters.nothing=700", false)]
    [InlineData("note=a=b", true)]
    [InlineData("text:a=b", true)]
    [InlineData("\"note\":\"a=b\"", true)]
    public void Filter_when_asked_does_match_text_or_a_field(string filter, bool matches) =>
        Assert.Equal(matches, TailFilter.Parse(filter).Matches(Message));

    [Fact]
    public void Start_when_well_formed_is_read()
    {
        Assert.IsType<TailStart.Beginning>(TailStart.Parse("beginning"));
        Assert.IsType<TailStart.End>(TailStart.Parse("end"));
        Assert.Equal(new TailStart.At(42), TailStart.Parse("offset:42"));
        Assert.Equal(new TailStart.Since(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero)), TailStart.Parse("time:2026-05-01T12:00:00Z"));
        Assert.Equal(new TailStart.Since(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero)), TailStart.Parse("time:2026-05-01T14:00:00+02:00"));
    }

    [Theory]
    [InlineData("start")]
    [InlineData("offset:-1")]
    [InlineData("offset:x")]
    [InlineData("time:noon")]
    [InlineData("")]
    public void Start_when_malformed_is_refused_by_name(string from) =>
        Assert.Equal("bad_from", Assert.Throws<CommandException>(() => TailStart.Parse(from)).Code);

    [Fact]
    public async Task Tail_when_something_was_published_does_show_it_with_key_and_headers_from_wherever_it_is_asked()
    {
        await using var kafka = TestInfrastructure.StartEmbeddedKafka(new EmbeddedBrokerOptions());
        var cancellation = TestContext.Current.CancellationToken;
        var accounts = Enumerable.Range(0, 50).Select(n => HandbookAccounts.OpenCustomer(HandbookAccounts.Customer(n), "EUR")).ToList();
        await using (var publisher = new TransactionPublisher(kafka.ClientConfig, TimeProvider.System))
        {
            foreach (var account in accounts)
                await publisher.PublishAsync(account, AccountOpening.IdOf(account), cancellation);
            await publisher.FlushAsync(cancellation);
            Assert.Equal((50, 0), (publisher.Delivered, publisher.Failed));
        }

        var all = await ReadAsync(kafka.ClientConfig, new TailStart.Beginning());
        Assert.Equal(accounts.Select(a => a.AccountId).Order(StringComparer.Ordinal), all.Select(m => m.Key).Order(StringComparer.Ordinal));
        Assert.All(all, m => Assert.Equal("orchestrator.account.open.v1", m.Type));
        Assert.All(all, m => Assert.Equal("1.0", m.Header("ce_specversion")));
        Assert.Empty(await ReadAsync(kafka.ClientConfig, new TailStart.End()));
        Assert.Equal(50, (await ReadAsync(kafka.ClientConfig, new TailStart.Since(all[0].Time.AddMinutes(-1)))).Count);
        Assert.Empty(await ReadAsync(kafka.ClientConfig, new TailStart.Since(all[0].Time.AddHours(1))));
        Assert.True((await ReadAsync(kafka.ClientConfig, new TailStart.At(1))).TrueForAll(m => m.Offset >= 1));
    }

    [Fact]
    public async Task Tail_when_the_topic_is_unknown_does_say_so_and_not_create_it()
    {
        await using var kafka = TestInfrastructure.StartEmbeddedKafka();
        for (var i = 0; i < 2; i++)
        {
            var refused = await Assert.ThrowsAsync<CommandException>(() => ReadAsync(kafka.ClientConfig, new TailStart.Beginning()));
            Assert.Equal("unknown_topic", refused.Code);
        }
    }

    static async Task<List<TailMessage>> ReadAsync(ClientConfig kafka, TailStart start)
    {
        var messages = new List<TailMessage>();
        await foreach (var message in new TopicReader(kafka, Topics.Accounts).ReadAsync(start, [], toEnd: true, TestContext.Current.CancellationToken))
            messages.Add(message);
        return messages;
    }
}
