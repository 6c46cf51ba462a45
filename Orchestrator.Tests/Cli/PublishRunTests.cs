using Confluent.Kafka;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Figures;
using Orchestrator.Cli.Publish;
using Orchestrator.Cli.Publishing;
using Orchestrator.Cli.Tail;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Embedded;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Cli;

public sealed class PublishRunTests
{
    const string File =
        """
        TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD,TX_FRAUD_SCENARIO
        0,2018-04-01 00:00:31,596,3156,57.16,0,0
        1,2018-04-01 00:02:10,4961,3412,81.51,1,3
        bad row
        2,2018-04-01 00:07:56,596,3156,146.0,0,0

        """;

    [Fact]
    public async Task Publish_of_a_handbook_file_opens_accounts_first_keeps_labels_apart_and_says_the_same_again()
    {
        await using var kafka = TestInfrastructure.StartEmbeddedKafka(new EmbeddedBrokerOptions());
        var folder = await ScratchDirectory.CreateAsync("publish");
        try
        {
            var path = Path.Combine(folder, "handbook.csv");
            await System.IO.File.WriteAllTextAsync(path, File, TestContext.Current.CancellationToken);
            var options = new PublishOptions { Path = path, Format = FileFormat.Handbook, Currency = "EUR", LabelsPath = path + ".labels", ShowErrors = 10 };

            var first = await PublishAsync(options, kafka.ClientConfig);
            var second = await PublishAsync(options, kafka.ClientConfig);

            Assert.Equal((4, 3, 1, 4, 3, 0), (first.Rows, first.Published, first.Skipped, first.Accounts, first.Labels, first.Failed));
            Assert.Equal(new SkippedRow(4, "wrong_columns", "", "7 columns as in the header, not 1"), Assert.Single(first.FirstErrors));
            Assert.Equal((first.Published, first.Accounts), (second.Published, second.Accounts));

            var transactions = await ReadAsync(kafka.ClientConfig, Topics.Transactions);
            var accounts = await ReadAsync(kafka.ClientConfig, Topics.Accounts);
            Assert.Equal((6, 3), (transactions.Count, transactions.Select(m => m.Header("ce_id")).Distinct(StringComparer.Ordinal).Count()));
            Assert.Equal((8, 4), (accounts.Count, accounts.Select(m => (m.Header("ce_id"), m.Body)).Distinct().Count()));
            Assert.All(transactions, m => Assert.DoesNotContain("fraud", m.Body, StringComparison.OrdinalIgnoreCase));

            var labels = await System.IO.File.ReadAllLinesAsync(options.LabelsPath, TestContext.Current.CancellationToken);
            Assert.Equal(["transactionId,fraud,scenario", $"{HandbookCsv.IdOf("0")},0,0", $"{HandbookCsv.IdOf("1")},1,3", $"{HandbookCsv.IdOf("2")},0,0"], labels);
        }
        finally
        {
            ScratchDirectory.Delete(folder);
        }
    }

    static async Task<PublishSummary> PublishAsync(PublishOptions options, ClientConfig kafka)
    {
        // Nobody listens there: the command has to do without the service's figures.
        using var service = new ServiceClient(new ApiAccess(new Uri("http://127.0.0.1:1/"), "tester"));
        await using var publisher = new TransactionPublisher(kafka, TimeProvider.System);
        await using var gate = new LagGate(service, maxLag: 0, TimeProvider.System);
        return await new PublishRun(options, publisher, gate, service, TimeProvider.System).RunAsync((_, _) => { }, TestContext.Current.CancellationToken);
    }

    static async Task<List<TailMessage>> ReadAsync(ClientConfig kafka, string topic)
    {
        var messages = new List<TailMessage>();
        await foreach (var message in new TopicReader(kafka, topic).ReadAsync(new TailStart.Beginning(), [], toEnd: true, TestContext.Current.CancellationToken))
            messages.Add(message);
        return messages;
    }
}
