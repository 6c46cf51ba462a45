namespace Orchestrator.Messaging.Streams;

/// <summary>
/// A snapshot that another version of the program has written, and that this one cannot read. Nothing is wrong with it: the lane is left to a process that can, and this one decides nothing there.
/// </summary>
public sealed class SnapshotOfOtherVersionException(string message) : Exception(message)
{
    const uint Sort = 0x00ff_ffff;

    /// <summary>What to throw when a part of a snapshot begins with another mark than ours. Marks of one sort differ in their last letter, which is the version.</summary>
    /// <param name="mark">As it was read, lowest byte first.</param>
    /// <param name="ours">As it should be.</param>
    /// <param name="what">What it should be of.</param>
    public static Exception Of(uint mark, uint ours, string what) => (mark & Sort) == (ours & Sort) && mark >> 24 is >= '0' and <= 'z'
        ? new SnapshotOfOtherVersionException($"A snapshot of {what} of version {(char)(mark >> 24)}; this process reads {(char)(ours >> 24)}")
        : new InvalidDataException($"Not a snapshot of {what}");
}
