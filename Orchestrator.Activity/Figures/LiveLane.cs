namespace Orchestrator.Activity.Figures;

/// <summary>What a lane shows of the last half hour; the live figures are the sums over all lanes.</summary>
/// <param name="WatermarkAt">The latest event's time, UTC; null before the first.</param>
/// <param name="ActiveSince">The second in which <paramref name="ActiveBySecond"/> begins, in seconds since 1970.</param>
/// <param name="ActiveBySecond">How many visitors had their last event in each second. Whoever asks adds up the last five minutes before now.</param>
/// <param name="MinuteSince">The minute in which the others begin, in minutes since 1970.</param>
/// <param name="Events">Events by minute.</param>
/// <param name="Views">Page views by minute.</param>
/// <param name="Pages">Views of the half hour by page, the most first.</param>
/// <param name="Referrers">Sessions of the half hour by where they came from, the most first.</param>
/// <param name="Devices">Views of the half hour by kind of device.</param>
/// <param name="Counters">What was taken since the lane's first message.</param>
/// <param name="Visitors">How many visitors are remembered.</param>
public sealed record LiveLane(
    DateTimeOffset? WatermarkAt, long ActiveSince, IReadOnlyList<int> ActiveBySecond, long MinuteSince, IReadOnlyList<int> Events, IReadOnlyList<int> Views,
    IReadOnlyList<KeyCount> Pages, IReadOnlyList<KeyCount> Referrers, IReadOnlyList<KeyCount> Devices, LaneCounters Counters, int Visitors);

/// <summary>A key and how often.</summary>
public readonly record struct KeyCount(string Key, long Count);

/// <summary>What a lane has taken since its first message.</summary>
/// <param name="Counted">Events that count.</param>
/// <param name="Duplicates">Events that were counted before.</param>
/// <param name="Late">Events beyond the allowed lateness: counted here and nowhere else.</param>
/// <param name="Flooding">Events of sessions that had as many as one may have.</param>
/// <param name="Forgotten">Visitors who had to make room.</param>
public readonly record struct LaneCounters(long Counted, long Duplicates, long Late, long Flooding, long Forgotten);

/// <summary>
/// Takes what lanes have to have stored. What a lane handed over is stored when the next of it is taken, but for sessions that are not final: those follow as they can, and are said
/// again by the lane's next opening. So a lane may forget a row or a final session once something after it was taken, and not before.
/// </summary>
public interface IFigureSink
{
    /// <summary>A lane was opened. What its former opening handed over and is not stored yet is dropped: the new one says it all again.</summary>
    /// <param name="lane">The partition.</param>
    /// <returns>The number of the opening, greater than those before.</returns>
    long Open(int lane);

    /// <summary>
    /// Hands over, without waiting, when what the lane handed over before is stored. The sink drops it when the lane was opened anew meanwhile. For half a minute at most it takes nothing
    /// of a lane that has not come to what is stored of it, so that figures never go back.
    /// </summary>
    /// <param name="lane">The partition.</param>
    /// <param name="opening">Which opening of the lane in this process hands over: later ones are greater.</param>
    /// <param name="position">The offset behind the last message that the lane has taken.</param>
    /// <param name="make">Makes it, when it is taken.</param>
    /// <returns>Whether it was taken; if not, to be tried again later.</returns>
    bool TryTake(int lane, long opening, long position, Func<LaneDelta> make);

    /// <summary>How many sessions that are not final the next hand-over may have. Storing them is most of the work: a lane leaves those beyond it for later.</summary>
    /// <param name="lane">The partition.</param>
    int RoomForSessions(int lane) => int.MaxValue;
}
