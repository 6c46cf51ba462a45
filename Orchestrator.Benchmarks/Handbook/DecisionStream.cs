using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Training;

namespace Orchestrator.Benchmarks.Handbook;

/// <summary>
/// Payments of 100,000 keys: accounts that differ in how often and how much they pay, at terminals, to destinations, from devices and addresses. Drawn by a
/// generator that costs next to nothing and that memory need not hold.
/// </summary>
sealed class DecisionStream
{
    public const int Accounts = 50_000;
    public const int Destinations = 15_000;
    public const int Terminals = 15_000;
    public const int Devices = 15_000;
    public const int Addresses = 5_000;
    public const int Keys = Accounts + Destinations + Terminals + Devices + Addresses;

    // Sixty payments of each account in the thirty days that windows reach back.
    const long StepMs = 30 * 86_400_000L / (60L * Accounts);

    ulong _state = 88_172_645_463_325_252;
    long _atMs = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
    ulong _id;

    public FeatureEvent Next()
    {
        var dice = Draw();
        var account = dice % Accounts;
        var other = Draw();
        _atMs += StepMs;
        // Every account has an amount of its own, and sometimes pays far more.
        var usual = 1_000 + (long)(KeyHash.Of(account + 1, 9) % 9_000);
        var amount = (usual / 2) + (long)(other % (ulong)usual);
        return new FeatureEvent
        {
            Id = ++_id,
            Account = KeyHash.Of(account + 1, 1),
            // Most go to one of a few of the account's own.
            Destination = KeyHash.Of((((account * 7) + (other >> 40 & 7)) % Destinations) + 1, 2),
            Terminal = KeyHash.Of((((account * 5) + (other >> 44 & 15)) % Terminals) + 1, 3),
            Device = KeyHash.Of((((account * 3) + (other >> 48 & 1)) % Devices) + 1, 4),
            Ip = KeyHash.Of((((account * 11) + (other >> 50 & 3)) % Addresses) + 1, 5),
            AtMs = _atMs,
            Amount = (other >> 56) == 0 ? amount * 6 : amount,
            HasPlace = true,
            Latitude = 40 + (account % 20) + ((other >> 20 & 15) * 0.01),
            Longitude = account % 40,
        };
    }

    /// <summary>Outcomes that can be learnt and leave something to doubt, so that the trees have the size and thresholds of real ones.</summary>
    public IEnumerable<LabelledEvent> Labelled(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var e = Next();
            var odds = e.Amount > 12_000 ? 40ul : 1ul;
            yield return new(e, KeyHash.Of(e.Id, 3) % 100 < odds);
        }
    }

    ulong Draw()
    {
        _state ^= _state << 13;
        _state ^= _state >> 7;
        return _state ^= _state << 17;
    }
}
