using System.Buffers;
using System.Buffers.Binary;
using Orchestrator.Contracts.Activity;
using Orchestrator.Messaging.Streams;

namespace Orchestrator.Decisioning.Features;

/// <summary>
/// What the owners of a lane's accounts were last seen doing, and the features that a payment has of it. Bounded: at the capacity an account that was not seen lately makes
/// room. It is part of the lane's snapshot. One belongs to one lane; to look allocates nothing.
/// </summary>
public sealed class AccountActivity
{
    /// <summary>What was done longer before a payment than this has nothing to do with it: the session is over.</summary>
    public static readonly TimeSpan CountsFor = TimeSpan.FromMinutes(30);

    const uint Magic = 0x3141_4f4f; // "OOA1"
    const byte End = byte.MaxValue;
    const int FrameHeader = 1 + sizeof(ulong);
    const int MomentBytes = (2 * sizeof(long)) + (2 * sizeof(int)) + 1;

    // Clocks differ a little. What claims to be further ahead would count for all that comes until then.
    const long MaxAheadMs = 60_000;

    static readonly long CountsForMs = (long)CountsFor.TotalMilliseconds;

    readonly SnapshotTable<ulong, RecentActivity> _accounts;
    readonly float[] _supplied;
    readonly int _secondsSinceLogin, _pages, _newDevice, _sessions;
    bool _hasMagic;

    /// <summary>Nothing is known yet.</summary>
    /// <param name="schema">What vectors hold: a feature of the activity that is not among them is not supplied.</param>
    /// <param name="capacity">The most accounts.</param>
    public AccountActivity(FeatureSchema schema, int capacity)
    {
        _accounts = new(capacity, Write);
        var names = schema.Definitions.Where(d => d.Measure == Measure.Supplied).Select(d => d.Name).ToList();
        _supplied = new float[names.Count];
        _secondsSinceLogin = names.IndexOf(ActivityFeatureNames.SecondsSinceLogin);
        _pages = names.IndexOf(ActivityFeatureNames.PagesInSession);
        _newDevice = names.IndexOf(ActivityFeatureNames.NewDevice);
        _sessions = names.IndexOf(ActivityFeatureNames.SessionsInHour);
    }

    /// <summary>Of how many accounts something is known.</summary>
    public int Count => _accounts.Count;

    /// <summary>Remembers what an owner does. It may come late, twice and out of order.</summary>
    /// <param name="seen">The message; valid by its contract.</param>
    /// <param name="receivedAt">When it was received: the log's time, so that a replay sees the same. What is a minute and more ahead of it is not believed.</param>
    public void Take(ActivityFeatures seen, DateTimeOffset receivedAt)
    {
        var atMs = seen.At.ToUnixTimeMilliseconds();
        if (atMs > receivedAt.ToUnixTimeMilliseconds() + MaxAheadMs)
            return;
        var account = KeyHash.Of(seen.AccountId);
        _ = _accounts.TryGet(account, out var recent);
        recent.Add(new ActivityMoment(
            atMs, Math.Max(0, seen.LoggedInAt?.ToUnixTimeMilliseconds() ?? 0), Math.Max(0, seen.PagesInSession), Math.Max(0, seen.SessionsInHour), seen.NewDevice));
        _accounts.Set(account, recent);
    }

    /// <summary>What a payment's vector is supplied with, see <see cref="FeatureEngine.Observe"/>; nothing where nothing is known. It holds until the next call.</summary>
    /// <param name="account">The paying account.</param>
    /// <param name="atMs">When it happened, Unix milliseconds: what was done after that does not count.</param>
    public ReadOnlySpan<float> Of(ulong account, long atMs)
    {
        if (_accounts.Count == 0 || !_accounts.TryGet(account, out var recent) || !recent.TryFind(atMs, CountsForMs, out var moment))
            return [];
        _supplied.AsSpan().Fill(float.NaN);
        if (moment.LoggedInMs > 0 && moment.LoggedInMs <= atMs)
            Set(_secondsSinceLogin, (atMs - moment.LoggedInMs) / 1000f);
        Set(_pages, moment.Pages);
        Set(_newDevice, moment.IsNewDevice ? 1 : 0);
        Set(_sessions, moment.Sessions);
        return _supplied;
    }

    /// <summary>A snapshot of what is known now begins.</summary>
    public void BeginSnapshot()
    {
        _hasMagic = false;
        _accounts.BeginSnapshot();
    }

    /// <summary>Writes the next slice.</summary>
    /// <returns>Whether there is more.</returns>
    public bool Snapshot(IBufferWriter<byte> writer)
    {
        if (!_hasMagic)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(writer.GetSpan(sizeof(uint)), Magic);
            writer.Advance(sizeof(uint));
            _hasMagic = true;
        }
        if (_accounts.Snapshot(writer))
            return true;
        writer.Write([End]);
        return false;
    }

    /// <summary>The snapshot that was begun comes to nothing.</summary>
    public void GiveUpSnapshot() => _accounts.GiveUpSnapshot();

    /// <summary>
    /// Reads what the slices of a snapshot hold together, and no byte after it. A snapshot that was written before anything was known of activity ends here: then nothing is.
    /// </summary>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    /// <exception cref="SnapshotOfOtherVersionException">Another version wrote them.</exception>
    public void Restore(Stream snapshot)
    {
        var buffer = new byte[Math.Max(FrameHeader, RecentActivity.Most * MomentBytes)];
        var read = snapshot.ReadAtLeast(buffer.AsSpan(0, sizeof(uint)), sizeof(uint), throwOnEndOfStream: false);
        if (read == 0)
            return;
        if (read < sizeof(uint))
            throw new InvalidDataException("The snapshot of activity ends too early");
        if (BinaryPrimitives.ReadUInt32LittleEndian(buffer) is var mark && mark != Magic)
            throw SnapshotOfOtherVersionException.Of(mark, Magic, "activity");
        while (true)
        {
            Read(snapshot, buffer.AsSpan(0, 1));
            if (buffer[0] == End)
                return;
            var count = buffer[0];
            if (count is 0 or > RecentActivity.Most)
                throw new InvalidDataException("An account with more activity than is kept");
            Read(snapshot, buffer.AsSpan(0, sizeof(ulong)));
            var account = BinaryPrimitives.ReadUInt64LittleEndian(buffer);
            Read(snapshot, buffer.AsSpan(0, count * MomentBytes));
            var recent = default(RecentActivity);
            for (var i = 0; i < count; i++)
                recent.Add(Moment(buffer.AsSpan(i * MomentBytes)));
            if (recent.Kept.Length < count || account == 0)
                throw new InvalidDataException("Activity that cannot be");
            _accounts.Set(account, recent);
        }
    }

    void Set(int place, float value)
    {
        if (place >= 0)
            _supplied[place] = value;
    }

    static void Write(IBufferWriter<byte> writer, ulong account, RecentActivity recent)
    {
        var moments = recent.Kept;
        var frame = writer.GetSpan(FrameHeader + (moments.Length * MomentBytes));
        frame[0] = (byte)moments.Length;
        BinaryPrimitives.WriteUInt64LittleEndian(frame[1..], account);
        for (var i = 0; i < moments.Length; i++)
            Write(frame[(FrameHeader + (i * MomentBytes))..], moments[i]);
        writer.Advance(FrameHeader + (moments.Length * MomentBytes));
    }

    static void Write(Span<byte> bytes, in ActivityMoment moment)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes, moment.AtMs);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], moment.LoggedInMs);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[16..], moment.Pages);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[20..], moment.Sessions);
        bytes[24] = moment.IsNewDevice ? (byte)1 : (byte)0;
    }

    static ActivityMoment Moment(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[20..]), bytes[24] != 0);

    static void Read(Stream snapshot, Span<byte> into)
    {
        if (snapshot.ReadAtLeast(into, into.Length, throwOnEndOfStream: false) < into.Length)
            throw new InvalidDataException("The snapshot of activity ends too early");
    }
}
