using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace Orchestrator.Api.Activity.Ingest;

/// <summary>The keys with which events may be sent.</summary>
sealed class WriteKeys : IDisposable
{
    const int LongestKey = 128;

    readonly WriteKey[] _keys;

    public WriteKeys(IOptions<IngestOptions> options, IHostEnvironment environment)
    {
        var given = options.Value.Keys.Select(k => (Name: k.Key, k.Value.Key, k.Value.Origins)).ToList();
        if (environment.IsDevelopment())
            given.Add((IngestOptions.DevelopmentKey, IngestOptions.DevelopmentKey, [IngestOptions.AnyOrigin]));
        _keys = [.. given.Select(k => new WriteKey(k.Name, k.Key, k.Origins, options.Value.RequestsPerSecond))];
    }

    /// <summary>The key of this text; null when there is none. How long it takes says nothing of the keys.</summary>
    public WriteKey? Find(string? text)
    {
        if (text is not { Length: > 0 and <= LongestKey })
            return null;
        Span<byte> bytes = stackalloc byte[3 * LongestKey];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(text, bytes)], hash);
        WriteKey? found = null;
        foreach (var key in _keys)
            found = key.Is(hash) ? key : found;
        return found;
    }

    /// <summary>Whether pages of an origin may send with any of the keys. A browser asks that before it says which key it has.</summary>
    public bool AnyTakes(string origin) => Array.Exists(_keys, key => key.Takes(origin));

    public void Dispose()
    {
        foreach (var key in _keys)
            key.Dispose();
    }
}

/// <summary>A key, what it is good for, and how much of it is used up.</summary>
sealed class WriteKey : IDisposable
{
    static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);
    const int PeriodsPerSecond = 10;

    readonly byte[] _hash;
    readonly FrozenSet<string> _origins;
    readonly TokenBucketRateLimiter _bucket;

    public WriteKey(string name, string key, IEnumerable<string> origins, int requestsPerSecond)
    {
        Name = name;
        _hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        _origins = origins.ToFrozenSet(StringComparer.Ordinal);
        _bucket = new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = requestsPerSecond, TokensPerPeriod = requestsPerSecond / PeriodsPerSecond, ReplenishmentPeriod = Period, QueueLimit = 0,
        });
    }

    /// <summary>Whose it is.</summary>
    public string Name { get; }

    /// <summary>Whether it is the key with this hash.</summary>
    public bool Is(ReadOnlySpan<byte> hash) => CryptographicOperations.FixedTimeEquals(_hash, hash);

    /// <summary>Whether pages of an origin may send with it.</summary>
    public bool Takes(string origin) => _origins.Contains(origin) || _origins.Contains(IngestOptions.AnyOrigin);

    /// <summary>Takes a request out of what the key may send.</summary>
    /// <returns>Whether there was one left.</returns>
    public bool TryUse()
    {
        using var lease = _bucket.AttemptAcquire();
        return lease.IsAcquired;
    }

    public void Dispose() => _bucket.Dispose();
}
