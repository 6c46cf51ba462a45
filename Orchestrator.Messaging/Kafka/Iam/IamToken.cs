using System.Buffers.Text;
using System.Text;

namespace Orchestrator.Messaging.Kafka.Iam;

/// <summary>What Amazon MSK lets a client in by: the signed address of its action Connect, in letters that OAUTHBEARER takes.</summary>
/// <param name="Text">The token, which is secret.</param>
/// <param name="Expires">When it ends.</param>
/// <param name="RenewAfter">When the next one should be made, which is before the client asks for it.</param>
internal sealed record IamToken(string Text, DateTimeOffset Expires, DateTimeOffset RenewAfter)
{
    const int MostSeconds = 900;

    // The client asks for the next one when four fifths of its life are over.
    const int ThirdsOfLife = 3;

    static readonly Dictionary<string, string> Connect = new(StringComparer.Ordinal) { ["Action"] = "kafka-cluster:Connect" };

    /// <summary>Makes one; it ends no later than what it is signed with.</summary>
    /// <param name="region">The cluster's region.</param>
    /// <param name="credentials">What to sign with.</param>
    /// <param name="now">When it begins to be valid.</param>
    /// <exception cref="IamException"><c>credentials_expired</c>.</exception>
    public static IamToken Sign(string region, AwsCredentials credentials, DateTimeOffset now)
    {
        // Signatures know whole seconds.
        var begin = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds());
        var seconds = credentials.Expires is { } end ? (int)Math.Clamp(Math.Floor((end - begin).TotalSeconds), 0, MostSeconds) : MostSeconds;
        if (seconds == 0)
            throw new IamException("credentials_expired", $"the credentials that AWS gives this process ended at {credentials.Expires:u}");
        var address = SignatureV4.Presign($"kafka.{region}.amazonaws.com", "/", Connect, "kafka-cluster", region, credentials, begin, seconds);
        var text = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{address}&User-Agent=orchestrator"));
        var life = TimeSpan.FromSeconds(seconds);
        return new IamToken(text, begin + life, begin + (life * (ThirdsOfLife - 1) / ThirdsOfLife));
    }

    /// <summary>Shows nothing that is secret.</summary>
    public override string ToString() => $"token until {Expires:u}";
}
