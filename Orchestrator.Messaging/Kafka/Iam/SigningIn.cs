using Confluent.Kafka;
using Orchestrator.Messaging.Clusters;

namespace Orchestrator.Messaging.Kafka.Iam;

/// <summary>
/// Builds clients that sign in with whatever they are configured with. Tokens of AWS IAM are the one thing that the client library does not make by itself; without them this is
/// <c>Build()</c> and nothing else. Every client of the product is built here.
/// </summary>
public static class SigningIn
{
    /// <summary>The client property that carries the region: it is there for whoever makes tokens, and says so to the library.</summary>
    internal const string Property = "sasl.oauthbearer.config";

    const string Prefix = "aws_iam region=";

    // Brokers take the principal from the token; the client library wants some name for it.
    const string Principal = "orchestrator";

    /// <summary>What <see cref="Property"/> says for tokens of a region.</summary>
    internal static string Marking(string region) => Prefix + region;

    /// <summary>Builds a producer.</summary>
    /// <param name="builder">How.</param>
    /// <param name="client">The client properties that it is built with, or those that it has in common with others.</param>
    public static IProducer<TKey, TValue> BuildSignedIn<TKey, TValue>(this ProducerBuilder<TKey, TValue> builder, IEnumerable<KeyValuePair<string, string>> client) =>
        TokensOf(client) is { } tokens ? With(builder, tokens) : builder.Build();

    /// <summary>Builds a consumer.</summary>
    /// <param name="builder">How.</param>
    /// <param name="client">The client properties that it is built with, or those that it has in common with others.</param>
    public static IConsumer<TKey, TValue> BuildSignedIn<TKey, TValue>(this ConsumerBuilder<TKey, TValue> builder, IEnumerable<KeyValuePair<string, string>> client) =>
        TokensOf(client) is { } tokens ? With(builder, tokens) : builder.Build();

    /// <summary>Builds a client that administers.</summary>
    /// <param name="builder">How.</param>
    /// <param name="client">The client properties that it is built with, or those that it has in common with others.</param>
    public static IAdminClient BuildSignedIn(this AdminClientBuilder builder, IEnumerable<KeyValuePair<string, string>> client)
    {
        if (TokensOf(client) is not { } tokens)
            return builder.Build();
        var built = builder.SetOAuthBearerTokenRefreshHandler((asking, _) => Give(asking, tokens.Current(), tokens)).Build();
        Give(built, tokens.First(), tokens);
        return built;
    }

    internal static IProducer<TKey, TValue> With<TKey, TValue>(ProducerBuilder<TKey, TValue> builder, IamTokens tokens)
    {
        var built = builder.SetOAuthBearerTokenRefreshHandler((asking, _) => Give(asking, tokens.Current(), tokens)).Build();
        Give(built, tokens.First(), tokens);
        return built;
    }

    // A consumer asks only when it is polled, which it is not while it is asked for offsets: it is given the first one unasked.
    internal static IConsumer<TKey, TValue> With<TKey, TValue>(ConsumerBuilder<TKey, TValue> builder, IamTokens tokens)
    {
        var built = builder.SetOAuthBearerTokenRefreshHandler((asking, _) => Give(asking, tokens.Current(), tokens)).Build();
        Give(built, tokens.First(), tokens);
        return built;
    }

    /// <summary>Gives a bare client its token; it lives too shortly to need another.</summary>
    /// <exception cref="KafkaException">There is none; the reason is told by name.</exception>
    internal static void SignIn(LibrdkafkaClient bare, IEnumerable<KeyValuePair<string, string>> client)
    {
        if (TokensOf(client) is not { } tokens)
            return;
        var token = tokens.First() ?? throw new KafkaException(new Error(ErrorCode.Local_Authentication, Reason(tokens)));
        bare.SetToken(token.Text, token.Expires.ToUnixTimeMilliseconds(), Principal);
    }

    /// <summary>The tokens that these client properties ask for; null when they ask for none.</summary>
    internal static IamTokens? TokensOf(IEnumerable<KeyValuePair<string, string>> client) =>
        client.FirstOrDefault(p => p.Key == Property).Value is { } value && value.StartsWith(Prefix, StringComparison.Ordinal) ? IamTokens.Of(value[Prefix.Length..]) : null;

    // A client that gets none says so to its error handler, and asks again ten seconds later.
    static void Give(IClient asking, IamToken? token, IamTokens tokens)
    {
        if (token is null)
            asking.OAuthBearerSetTokenFailure(Reason(tokens));
        else
            asking.OAuthBearerSetToken(token.Text, token.Expires.ToUnixTimeMilliseconds(), Principal);
    }

    static string Reason(IamTokens tokens) => tokens.Problem ?? "token_not_there_yet: it is being made";
}
