using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Configuration.Profiles;

namespace Orchestrator.Tests.Clusters;

public sealed class KafkaProfileTests
{
    const string Secret = "never-to-be-shown";
    const string Scram = "security.protocol=SASL_SSL sasl.mechanism=SCRAM-SHA-512 sasl.username=u sasl.password=" + Secret;
    const string Oidc = "security.protocol=SASL_SSL sasl.mechanism=OAUTHBEARER sasl.oauthbearer.method=oidc sasl.oauthbearer.token.endpoint.url=https://id/token sasl.oauthbearer.client.id=a sasl.oauthbearer.client.secret=" + Secret;

    // As docs/clusters.md shows them.
    [Theory]
    [InlineData("Kafka", "bootstrap.servers=127.0.0.1:9092")]
    [InlineData("Kafka", "bootstrap.servers=kafka.internal:9093 security.protocol=SSL ssl.certificate.location=/s/tls.crt ssl.key.location=/s/tls.key")]
    [InlineData("Kafka", "bootstrap.servers=kafka.internal:9093 " + Scram)]
    [InlineData("Confluent", "bootstrap.servers=kafka.internal:9093 " + Scram)]
    [InlineData("Confluent", "bootstrap.servers=pkc.confluent.cloud:9092 " + Oidc)]
    [InlineData("Msk", "bootstrap.servers=b-1.c.kafka.eu-west-1.amazonaws.com:9096 sasl.username=u sasl.password=" + Secret)]
    [InlineData("Msk", "bootstrap.servers=b-1.c.kafka.eu-west-1.amazonaws.com:9094 ssl.certificate.location=/s/tls.crt ssl.key.location=/s/tls.key")]
    [InlineData("Msk", "bootstrap.servers=b-1.c.kafka.eu-west-1.amazonaws.com:9098 security.protocol=SASL_SSL sasl.mechanism=OAUTHBEARER")]
    [InlineData("Msk", "bootstrap.servers=boot-x.c1.kafka-serverless.us-east-1.amazonaws.com:9098")]
    [InlineData("Msk", "bootstrap.servers=b-1-public.c.kafka.cn-north-1.amazonaws.com.cn:9198")]
    [InlineData("Msk", "bootstrap.servers=b-1.c.kafka.eu-west-1.amazonaws.com:14001 sasl.oauthbearer.metadata.authentication.type=aws_iam")]
    [InlineData("Msk", "bootstrap.servers=b-1.c.kafka.eu-west-1.amazonaws.com:14001 " + Oidc)]
    [InlineData("EventHubs", "bootstrap.servers=ns.servicebus.windows.net:9093 sasl.password=Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=n;SharedAccessKey=" + Secret)]
    [InlineData("EventHubs", "bootstrap.servers=ns.servicebus.windows.net:9093 sasl.oauthbearer.method=oidc sasl.oauthbearer.token.endpoint.url=https://login/token sasl.oauthbearer.client.id=a sasl.oauthbearer.client.secret=" + Secret)]
    [InlineData("EventHubs", "bootstrap.servers=ns.servicebus.windows.net:9093 sasl.oauthbearer.method=oidc sasl.oauthbearer.metadata.authentication.type=azure_imds")]
    public void Configuration_when_it_can_be_meant_is_taken(string profile, string client) => Assert.Empty(KafkaSection.Problems(Read(profile, client)));

    [Theory]
    [InlineData("Kafka", "bootstrap.servers=k:9092 sasl.username=u", "credentials_not_used")]
    [InlineData("Kafka", "bootstrap.servers=k:9092 ssl.ca.location=/ca.pem", "tls_not_used")]
    [InlineData("Kafka", "bootstrap.servers=k:9092 security.protocol=SSL ssl.certificate.location=/s/tls.crt", "half_a_certificate")]
    [InlineData("Kafka", "bootstrap.servers=k:9092 security.protocol=SSL enable.ssl.certificate.verification=false", "server_not_checked")]
    [InlineData("Kafka", "bootstrap.servers=k:9092 security.protocol=SASL_SSL", "mechanism_missing")]
    [InlineData("Kafka", "bootstrap.servers=k:9092 security.protocol=SASL_SSL sasl.mechanism=PLAIN sasl.username=u", "credentials_missing")]
    [InlineData("Kafka", "bootstrap.servers=k:9092 security.protocol=SASL_SSL sasl.mechanism=OAUTHBEARER", "token_source_missing")]
    [InlineData("Kafka", "bootstrap.servers=k:9092 security.protocol=SASL_PLAINTEXT sasl.mechanism=PLAIN sasl.username=u sasl.password=" + Secret, "credentials_in_the_clear")]
    [InlineData("Kafka", "bootstrap.servers=k:9092 acks=1", "kept_by_the_service")]
    [InlineData("Kafka", "bootstrap.servers=k:9092 enable.idempotence=false", "kept_by_the_service")]
    [InlineData("Kafka", "bootstrap.servers=k:9092 linger.ms=5", "kept_by_the_service")]
    [InlineData("Kafka", "bootstrap.servers=k:9092 securty.protocol=SSL", "unknown_client_property")]
    [InlineData("Kafka", "bootstrap.servers=k:9092 socket.timeout.ms=soon", "unknown_client_property")]
    [InlineData("Msk", "bootstrap.servers=b-1:9092 " + Scram, "port_does_not_fit")]
    [InlineData("Msk", "bootstrap.servers=b-1:9096 security.protocol=SASL_SSL sasl.mechanism=SCRAM-SHA-256 sasl.username=u sasl.password=" + Secret, "mechanism_not_offered")]
    [InlineData("Msk", "bootstrap.servers=b-1:9096 security.protocol=SASL_PLAINTEXT sasl.mechanism=SCRAM-SHA-512 sasl.username=u sasl.password=" + Secret, "protocol_not_offered", "port_does_not_fit")]
    [InlineData("Msk", "bootstrap.servers=b-1:9098 security.protocol=SASL_SSL sasl.mechanism=OAUTHBEARER sasl.oauthbearer.method=oidc sasl.oauthbearer.metadata.authentication.type=aws_iam", "two_token_sources", "region_missing")]
    [InlineData("Msk", "bootstrap.servers=b-1:9098", "region_missing")]
    [InlineData("Msk", "bootstrap.servers=b-1:9098 sasl.oauthbearer.config=x sasl.oauthbearer.metadata.authentication.type=aws_iam", "two_token_sources", "region_missing")]
    [InlineData("Msk", "bootstrap.servers=b-1.c.kafka.eu_west.amazonaws.com:9098", "region_missing")]
    [InlineData("Msk", "bootstrap.servers=b-1.c.kafka.evil.amazonaws.com:9098", "region_not_valid")]
    [InlineData("Msk", "bootstrap.servers=b-1:9098 " + Scram, "port_does_not_fit")]
    [InlineData("Msk", "bootstrap.servers=b-1:9098 " + Oidc, "port_does_not_fit")]
    [InlineData("Msk", "bootstrap.servers=b-1.c.kafka.eu-west-1.amazonaws.com:9096 sasl.oauthbearer.metadata.authentication.type=aws_iam", "port_does_not_fit")]
    [InlineData("Msk", "bootstrap.servers=b-1:9094 security.protocol=SASL_SSL sasl.mechanism=OAUTHBEARER", "token_source_missing", "port_does_not_fit")]
    [InlineData("Kafka", "bootstrap.servers=k:9092 security.protocol=SASL_SSL sasl.mechanism=OAUTHBEARER sasl.oauthbearer.metadata.authentication.type=aws_iam", "token_source_not_offered")]
    [InlineData("EventHubs", "bootstrap.servers=ns:9092 sasl.password=" + Secret, "port_does_not_fit")]
    [InlineData("EventHubs", "bootstrap.servers=ns:9093 sasl.username=me sasl.password=" + Secret, "connection_string_expected")]
    [InlineData("EventHubs", "bootstrap.servers=ns:9093 sasl.password=Endpoint=sb://ns/;SharedAccessKey=" + Secret + ";EntityPath=one", "connection_string_of_one_hub")]
    [InlineData("EventHubs", "bootstrap.servers=ns:9093 compression.type=lz4 sasl.password=" + Secret, "compression_not_offered")]
    [InlineData("EventHubs", "bootstrap.servers=ns:9093 " + Scram, "mechanism_not_offered")]
    [InlineData("EventHubs", "bootstrap.servers=ns:9093", "credentials_missing")]
    public void Contradiction_when_it_is_configured_is_refused_by_its_name_without_its_secret(string profile, string client, params string[] names)
    {
        var problems = KafkaSection.Problems(Read(profile, client));

        Assert.Equal(names, problems.Select(p => p.Split(':')[0]));
        Assert.All(problems, p => Assert.DoesNotContain(Secret, p, StringComparison.Ordinal));
    }

    [Fact]
    public void Own_values_when_they_are_out_of_range_are_refused_with_what_is_allowed()
    {
        var options = Read("Kafka", "bootstrap.servers=k:9092");
        (options.FetchWaitMs, options.ReplicationFactor, options.MinInSyncReplicas) = (0, 2, 3);

        Assert.Equal(
            [
                "Kafka:FetchWaitMs is '0', but must be a whole number from 1 to 60,000",
                "more_in_sync_than_replicas: Kafka:MinInSyncReplicas is above Kafka:ReplicationFactor, so that nothing could ever be written; two of three is usual",
            ],
            KafkaSection.Problems(options));
    }

    [Theory]
    [InlineData("Msk", "bootstrap.servers=b-1:9096 sasl.username=u sasl.password=x", "SASL_SSL", "SCRAM-SHA-512", "u", 1_048_576)]
    [InlineData("EventHubs", "bootstrap.servers=ns:9093 sasl.password=x", "SASL_SSL", "PLAIN", "$ConnectionString", 1_000_000)]
    [InlineData("Confluent", "bootstrap.servers=k:9093 security.protocol=SASL_SSL sasl.mechanism=PLAIN sasl.username=u sasl.password=x", "SASL_SSL", "PLAIN", "u", 1_048_576)]
    public void Profile_when_little_is_said_does_fill_in_what_that_kind_needs(string profile, string client, string protocol, string mechanism, string user, int bytes)
    {
        var options = Read(profile, client);
        var given = options.ClientConfig().ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);

        Assert.Equal((protocol, mechanism, user), (given["security.protocol"], given["sasl.mechanism"], given["sasl.username"]));
        Assert.Equal(bytes, options.ProducerConfig().MessageMaxBytes);
        Assert.Equal("SSL", new KafkaOptions { Profile = KafkaProfile.EventHubs, Client = { ["bootstrap.servers"] = "a:1", ["security.protocol"] = "SSL" } }.ClientConfig().Get("security.protocol"));
    }

    [Theory]
    [InlineData("b-1.c.kafka.eu-west-1.amazonaws.com:9098", "", null, "eu-west-1")]
    [InlineData("b-1.c.kafka.eu-west-1.amazonaws.com:9098", "", "us-east-2", "eu-west-1")]
    [InlineData("b-1.c.kafka.eu-west-1.amazonaws.com:9098", "us-east-1", "us-east-2", "us-east-1")]
    [InlineData("kafka.internal:9098", "", "us-east-2", "us-east-2")]
    public void Tokens_when_iam_is_meant_are_for_the_region_that_is_said_most_plainly(string servers, string configured, string? ofProcess, string region)
    {
        var options = KafkaSection.Read(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Kafka:Profile"] = "Msk", ["ORCHESTRATOR_KAFKA"] = servers, ["Kafka:Region"] = configured, ["AWS_REGION"] = ofProcess,
            ["Kafka:sasl.oauthbearer.metadata.authentication.type"] = "aws_iam",
        }).Build());
        var client = options.ClientConfig().ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);

        Assert.Empty(KafkaSection.Problems(options));
        Assert.Equal(("SASL_SSL", "OAUTHBEARER", $"aws_iam region={region}"), (client["security.protocol"], client["sasl.mechanism"], client["sasl.oauthbearer.config"]));
        Assert.DoesNotContain("sasl.oauthbearer.metadata.authentication.type", client.Keys);
        // What differs by its own wait signs in all the same.
        Assert.Equal(client["sasl.oauthbearer.config"], options.WithLinger(5).ProducerConfig().Get("sasl.oauthbearer.config"));
    }

    [Fact]
    public void Section_when_a_process_starts_with_a_contradiction_does_not_let_it()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Kafka:Profile"] = "eventhubs", ["Kafka:bootstrap.servers"] = "ns:9093", ["Kafka:sasl.password"] = Secret, ["Kafka:Client:acks"] = "0",
        }).Build();

        Assert.Equal("kept_by_the_service", Assert.Single(Assert.Throws<OptionsValidationException>(() => KafkaSection.ReadValid(configuration)).Failures).Split(':')[0]);
    }

    static KafkaOptions Read(string profile, string client)
    {
        var options = new KafkaOptions { Profile = Enum.Parse<KafkaProfile>(profile) };
        foreach (var property in client.Split(' '))
            options.Client[property.Split('=', 2)[0]] = property.Split('=', 2)[1];
        return options;
    }
}
