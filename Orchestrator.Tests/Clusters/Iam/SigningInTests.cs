using System.Text.RegularExpressions;
using Confluent.Kafka;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Kafka.Iam;
using Orchestrator.Tests.Approved;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Clusters.Iam;

public sealed partial class SigningInTests
{
    [Fact]
    public async Task Token_when_two_thirds_of_its_life_are_over_is_followed_by_another_while_it_still_serves()
    {
        var (time, source) = (new FakeTimeProvider(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero)), new Source());
        var tokens = new IamTokens(new CredentialChain([source]), "eu-west-1", time);

        var first = tokens.First()!;
        time.Advance(TimeSpan.FromSeconds(599));
        Assert.Equal((first, 1), (tokens.Current(), source.Asked));

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(first, tokens.Current());
        await tokens.Renewal.WaitAsync(Eventually.Bound, TestContext.Current.CancellationToken);
        Assert.Equal((first.Expires.AddSeconds(600), 2), (tokens.Current()!.Expires, source.Asked));
    }

    [Fact]
    public async Task Token_when_it_cannot_be_made_serves_to_its_end_and_is_tried_again_whenever_somebody_asks()
    {
        var (time, source) = (new FakeTimeProvider(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero)), new Source());
        var tokens = new IamTokens(new CredentialChain([source]), "eu-west-1", time);
        var first = tokens.First();
        source.Fails = true;

        time.Advance(TimeSpan.FromSeconds(869));
        Assert.Equal(first, tokens.Current());
        await tokens.Renewal.WaitAsync(Eventually.Bound, TestContext.Current.CancellationToken);
        Assert.Equal("credentials_refused: for now", tokens.Problem);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(tokens.First());

        source.Fails = false;
        Assert.NotEqual(first, tokens.First());
        Assert.Null(tokens.Problem);
    }

    [Fact]
    public void Client_when_there_is_a_token_takes_it()
    {
        var tokens = new IamTokens(new CredentialChain([new Source()]), "eu-west-1", TimeProvider.System);
        var token = tokens.First()!;

        // One that is not taken is an exception, as is seen from one that is over.
        using var consumer = SigningIn.With(new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig(Config()) { GroupId = "g" }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }), tokens);
        Assert.Throws<KafkaException>(() => consumer.OAuthBearerSetToken(token.Text, 1, "p"));
        using var bare = LibrdkafkaClient.Create(Config().Append(new("log_level", "0")));
        bare.SetToken(token.Text, token.Expires.ToUnixTimeMilliseconds(), "p");
        Assert.Throws<KafkaException>(() => bare.SetToken(token.Text, 1, "p"));
    }

    [Fact]
    public async Task Client_when_there_is_no_token_asks_for_one_and_is_told_why()
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var source = new Source { Fails = true };
        var tokens = new IamTokens(new CredentialChain([source]), "eu-west-1", TimeProvider.System);

        // Once it is looked for when the client is built, and once more when it asks by itself.
        using var producer = SigningIn.With(
            new ProducerBuilder<byte[], byte[]>(new ProducerConfig(Config())).SetLogHandler((_, _) => { }).SetErrorHandler((_, error) =>
            {
                if (error.Reason.Contains("credentials_refused: for now", StringComparison.Ordinal))
                    told.TrySetResult();
            }),
            tokens);

        await told.Task.WaitAsync(Eventually.Bound, TestContext.Current.CancellationToken);
        await source.AskedTwice.WaitAsync(Eventually.Bound, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("sasl.oauthbearer.config=aws_iam region=eu-west-1", true)]
    [InlineData("sasl.oauthbearer.config=query=api-version", false)]
    [InlineData("sasl.mechanism=OAUTHBEARER", false)]
    public void Client_when_tokens_are_not_ours_to_make_is_left_alone(string property, bool isOurs) =>
        Assert.Equal(isOurs, SigningIn.TokensOf([new(property.Split('=', 2)[0], property.Split('=', 2)[1])]) is not null);

    // One that is built otherwise would wait for ever where tokens are made with AWS credentials.
    [Fact]
    public void Client_when_the_product_builds_one_is_built_signing_in()
    {
        var places = new[] { "Orchestrator.Messaging", "Orchestrator.Cli", "Orchestrator.Api", "Orchestrator.Ledger", "Orchestrator.Sagas", "Orchestrator.Decisioning", "Orchestrator.Activity", "Orchestrator.Casework" }
            .SelectMany(p => Directory.GetFiles(Path.Combine(ApprovedText.Root, p), "*.cs", SearchOption.AllDirectories))
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(f => (File: Path.GetFileName(f), Text: File.ReadAllText(f)))
            .Select(f => (f.File, Built: Builder().Count(f.Text), SignedIn: f.Text.Split(".BuildSignedIn(").Length - 1)).Where(f => f.Built > 0).ToList();

        Assert.True(places.Count >= 12);
        Assert.All(places, p => Assert.True(p.Built == p.SignedIn, $"{p.File} builds {p.Built} clients, of which {p.SignedIn} sign in: end them with BuildSignedIn"));
    }

    static Dictionary<string, string> Config() => new(StringComparer.Ordinal)
    {
        ["bootstrap.servers"] = "127.0.0.1:1", ["security.protocol"] = "SASL_SSL", ["sasl.mechanism"] = "OAUTHBEARER", ["sasl.oauthbearer.config"] = SigningIn.Marking("eu-west-1"),
    };

    [GeneratedRegex(@"new (ProducerBuilder<|ConsumerBuilder<|AdminClientBuilder\()", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Builder();

    sealed class Source : ICredentialSource
    {
        readonly TaskCompletionSource _twice = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int _asked;

        public bool Fails { get; set; }

        public Task AskedTwice => _twice.Task;

        public int Asked => Volatile.Read(ref _asked);

        public Task<AwsCredentials?> FindAsync(CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _asked) == 2)
                _twice.TrySetResult();
            return Fails ? throw new IamException("credentials_refused", "for now") : Task.FromResult<AwsCredentials?>(new AwsCredentials("ID", "KEY"));
        }
    }
}
