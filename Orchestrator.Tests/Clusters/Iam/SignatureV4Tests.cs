using System.Buffers.Text;
using System.Text;
using Orchestrator.Messaging.Kafka.Iam;

namespace Orchestrator.Tests.Clusters.Iam;

public sealed class SignatureV4Tests
{
    static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, 400, TimeSpan.Zero);
    static readonly AwsCredentials Lent = new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "session/token+with=signs");

    // https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    [Fact]
    public void Address_when_it_is_that_of_the_published_example_has_its_signature() => Assert.Equal(
        "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z"
        + "&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
        SignatureV4.Presign(
            "examplebucket.s3.amazonaws.com", "/test.txt", new Dictionary<string, string>(StringComparer.Ordinal), "s3", "us-east-1",
            new AwsCredentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), new DateTimeOffset(2013, 5, 24, 0, 0, 0, TimeSpan.Zero), 86_400, "UNSIGNED-PAYLOAD"));

    // The signature is that which AWSSDK.Core 4.1 (AWS4PreSignedUrlSigner), by which the public signer for .NET signs, makes with the same credentials at the same instant.
    [Fact]
    public void Token_when_it_is_made_is_what_the_public_signers_make()
    {
        var token = IamToken.Sign("eu-west-1", Lent, Now);
        var address = new Uri(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.Text)));
        var query = address.Query[1..].Split('&').Select(p => p.Split('=')).ToDictionary(p => p[0], p => Uri.UnescapeDataString(p[1]), StringComparer.Ordinal);

        Assert.Equal(("https", "kafka.eu-west-1.amazonaws.com", "/"), (address.Scheme, address.Host, address.AbsolutePath));
        Assert.Equal(
            ["Action", "User-Agent", "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-Security-Token", "X-Amz-Signature", "X-Amz-SignedHeaders"],
            query.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("kafka-cluster:Connect", "AKIDEXAMPLE/20260501/eu-west-1/kafka-cluster/aws4_request", "20260501T120000Z"), (query["Action"], query["X-Amz-Credential"], query["X-Amz-Date"]));
        Assert.Equal(("900", Lent.SessionToken, "host"), (query["X-Amz-Expires"], query["X-Amz-Security-Token"], query["X-Amz-SignedHeaders"]));
        Assert.Equal("328fd78b21b48575d4472a1a150777a79f2503c0a110909a91d672b37be292f5", query["X-Amz-Signature"]);
        Assert.DoesNotMatch("[^A-Za-z0-9_-]", token.Text);
    }

    [Fact]
    public void Token_when_credentials_end_sooner_ends_with_them_in_whole_seconds()
    {
        var token = IamToken.Sign("eu-west-1", Lent with { Expires = Now.AddSeconds(299.7) }, Now);

        Assert.Equal(new DateTimeOffset(2026, 5, 1, 12, 5, 0, TimeSpan.Zero), token.Expires);
        Assert.Equal(new DateTimeOffset(2026, 5, 1, 12, 3, 20, TimeSpan.Zero), token.RenewAfter);
        Assert.StartsWith("credentials_expired: ", Assert.Throws<IamException>(() => IamToken.Sign("eu-west-1", Lent with { Expires = Now }, Now)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Secret_when_something_is_shown_is_not()
    {
        var token = IamToken.Sign("eu-west-1", Lent, Now);

        Assert.DoesNotContain(token.Text, $"{token}", StringComparison.Ordinal);
        Assert.Equal("credentials of AKIDEXAMPLE", $"{Lent}");
    }
}
