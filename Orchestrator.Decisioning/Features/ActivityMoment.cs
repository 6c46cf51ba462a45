using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Orchestrator.Decisioning.Features;

/// <summary>What the owner of an account was doing at one moment.</summary>
/// <param name="AtMs">The moment, Unix milliseconds.</param>
/// <param name="LoggedInMs">When the owner last logged in during the session; 0 when that was not seen.</param>
/// <param name="Pages">How many pages of the session were looked at by then.</param>
/// <param name="Sessions">How many sessions there were in the hour up to then.</param>
/// <param name="IsNewDevice">Whether the session is on a device on which the owner was not seen before.</param>
[StructLayout(LayoutKind.Auto)]
readonly record struct ActivityMoment(long AtMs, long LoggedInMs, int Pages, int Sessions, bool IsNewDevice);

/// <summary>
/// The last moments of one account, in the order of their times. More than one, because a payment may come after what its payer did next: what counts is what was done before it.
/// </summary>
[StructLayout(LayoutKind.Auto)]
struct RecentActivity
{
    /// <summary>How many are kept.</summary>
    public const int Most = 4;

    Moments _moments;
    int _count;

    /// <summary>They, the oldest first.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<ActivityMoment> Kept => ((ReadOnlySpan<ActivityMoment>)_moments)[.._count];

    /// <summary>Takes one at its place. Of two at the same time the one that came later counts; the oldest goes.</summary>
    public void Add(in ActivityMoment moment)
    {
        var at = _count;
        while (at > 0 && _moments[at - 1].AtMs > moment.AtMs)
            at--;
        if (at > 0 && _moments[at - 1].AtMs == moment.AtMs)
        {
            _moments[at - 1] = moment;
            return;
        }
        Span<ActivityMoment> moments = _moments;
        if (_count < Most)
        {
            moments[at.._count++].CopyTo(moments[(at + 1)..]);
            moments[at] = moment;
        }
        else if (at > 0)
        {
            moments[1..at].CopyTo(moments);
            moments[at - 1] = moment;
        }
    }

    /// <summary>The last one that was not after <paramref name="atMs"/>, and not longer before than <paramref name="withinMs"/>.</summary>
    public readonly bool TryFind(long atMs, long withinMs, out ActivityMoment found)
    {
        for (var i = _count - 1; i >= 0; i--)
        {
            found = _moments[i];
            if (found.AtMs <= atMs)
                return found.AtMs >= atMs - withinMs;
        }
        found = default;
        return false;
    }

    [InlineArray(Most)]
    struct Moments
    {
        ActivityMoment _first;
    }
}
