using System.Collections.Concurrent;

namespace Orchestrator.Messaging.Kafka.Iam;

/// <summary>
/// The tokens of one region, for all clients of a process. Whoever asks is answered at once with the one that there is; its successor is made in the background while it is still
/// good, so that no client's thread ever waits for AWS; only whoever builds a client while there is none yet does.
/// </summary>
/// <param name="credentials">Where to find what tokens are signed with.</param>
/// <param name="region">The clusters' region.</param>
/// <param name="time">The clock.</param>
internal sealed class IamTokens(CredentialChain credentials, string region, TimeProvider time)
{
    // A client that is given one asks again when four fifths of what is left are over: with less than this left it is told to wait.
    static readonly TimeSpan LeastLife = TimeSpan.FromSeconds(30);
    static readonly TimeSpan MadeWithin = TimeSpan.FromSeconds(15);
    static readonly ConcurrentDictionary<string, IamTokens> ByRegion = new(StringComparer.Ordinal);

    readonly Lock _lock = new();
    IamToken? _token;
    Task _renewal = Task.CompletedTask;
    string? _problem;

    /// <summary>Those of a region, with credentials from wherever this process has them.</summary>
    public static IamTokens Of(string region) =>
        ByRegion.GetOrAdd(region, static r => new IamTokens(CredentialChain.Usual(Environment.GetEnvironmentVariable, r), r, TimeProvider.System));

    /// <summary>Why the last one could not be made, by name; null when it could.</summary>
    public string? Problem => Volatile.Read(ref _problem);

    /// <summary>The one that there is; null when there is none that is good yet. When it is time for the next one, that is begun with.</summary>
    public IamToken? Current() => Look().Token;

    /// <summary>The same, but waits for the first one, within a bound.</summary>
    public IamToken? First()
    {
        var (token, renewal) = Look();
        if (token is not null)
            return token;
        renewal.Wait(MadeWithin);
        return Look(begins: false).Token;
    }

    /// <summary>What is being made, for tests to wait for.</summary>
    internal Task Renewal => Look(begins: false).Renewal;

    (IamToken? Token, Task Renewal) Look(bool begins = true)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (begins && _renewal.IsCompleted && (_token is null || now >= _token.RenewAfter))
                _renewal = Task.Run(RenewAsync);
            return (_token is { } token && token.Expires - now > LeastLife ? token : null, _renewal);
        }
    }

    async Task RenewAsync()
    {
        try
        {
            using var bound = new CancellationTokenSource(MadeWithin);
            var token = IamToken.Sign(region, await credentials.FindAsync(bound.Token), time.GetUtcNow());
            lock (_lock)
                _token = token;
            Volatile.Write(ref _problem, null);
        }
        catch (IamException e)
        {
            Volatile.Write(ref _problem, e.Message);
        }
        catch (Exception e)
        {
            // Nobody awaits it, and whatever it was, the next client that asks begins again.
            Volatile.Write(ref _problem, $"credentials_failed: {e.GetType().Name}");
        }
    }
}
