using Microsoft.Extensions.Caching.Memory;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Orchestrator.Api.Security;

/// <summary>
/// Checks tokens, and remembers for a short while those that were good: a service sends the same one thousands of times a second, and a signature costs more than most of what it asks for.
/// So a key that its issuer takes back is believed for as long.
/// </summary>
sealed class KnownTokens : JsonWebTokenHandler, IDisposable
{
    const int Most = 10_000;

    static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = Most });

    /// <inheritdoc />
    public override async Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        if (_known.TryGetValue(token, out TokenValidationResult? known))
            return known!;
        var result = await base.ValidateTokenAsync(token, validationParameters);
        // Who it is is made out here, once, and only read by those who come at the same time.
        if (result is { IsValid: true, ClaimsIdentity: { IsAuthenticated: true }, SecurityToken: { } good })
        {
            var (now, end) = (TimeProvider.System.GetUtcNow(), new DateTimeOffset(good.ValidTo, TimeSpan.Zero));
            if (end > now)
                _known.Set(token, result, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpiration = end < now + Longest ? end : now + Longest });
        }
        return result;
    }

    /// <inheritdoc />
    public void Dispose() => _known.Dispose();
}
