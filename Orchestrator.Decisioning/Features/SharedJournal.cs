using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Orchestrator.Decisioning.Features;

/// <summary>
/// What a lane has brought to keys that lanes share, in the order in which it brought it: from it those keys know it again after a restart, and a label finds the
/// keys of its event. What no window can look at any more leaves; so does the oldest beyond the capacity.
/// <para>
/// It lies in pieces that come and go, so that it takes no more memory than it needs, and growing moves nothing. Entries have numbers that never come again; those of
/// a snapshot are the ones that were there when it began. They are written in order, and a piece that holds one that is not written yet stays until it is.
/// </para>
/// </summary>
/// <param name="capacity">The most entries.</param>
/// <param name="keepMs">How far behind the watermark an entry can still be looked at.</param>
sealed class SharedJournal(int capacity, long keepMs)
{
    const int PieceLength = 512;
    const int BlockLength = 128;

    // One that is partly left, one that is partly filled, and the full ones between them.
    readonly Piece?[] _pieces = new Piece?[(capacity / PieceLength) + 2];
    readonly Dictionary<long, EventMarks> _marksBefore = [];
    Piece? _spare;
    long _oldestPiece;
    long _first;
    long _end;

    // Of the snapshot: what is still to be written, and where to.
    long _next;
    long _last;
    ArrayBufferWriter<byte>? _frames;

    /// <summary>How many entries there are.</summary>
    public int Count => (int)(_end - _first);

    /// <summary>How many left before their time.</summary>
    public long Overflowed { get; set; }

    /// <summary>The number of the oldest entry.</summary>
    public long First => _first;

    /// <summary>The number that the next entry gets.</summary>
    public long End => _end;

    /// <summary>What it takes in memory, about.</summary>
    public long Bytes => ((_end + PieceLength - 1) / PieceLength - _oldestPiece + (_spare is null ? 0 : 1)) * PieceLength * (Unsafe.SizeOf<SharedEvent>() + sizeof(uint));

    /// <summary>The entry of a number.</summary>
    public ref readonly SharedEvent this[long number] => ref At(number);

    /// <summary>The tag of an entry's event.</summary>
    public uint TagOf(long number) => PieceOf(number).Tags[number % PieceLength];

    /// <summary>Adds an event, and lets those go that nothing can look at any more.</summary>
    public void Add(in FeatureEvent taken, EventMarks marks, long watermarkMs)
    {
        for (var horizon = watermarkMs - keepMs; _first < _end && At(_first).AtMs < horizon;)
            Leave();
        var added = new SharedEvent { AtMs = taken.AtMs, Amount = Math.Min(taken.Amount, FeatureEvent.MaxAmount), Marks = marks };
        for (var kind = KeyKind.Destination; kind <= KeyKind.Ip; kind++)
            added.Keys[(int)kind - 1] = taken.Key(kind);
        Add(added, taken.Tag);
    }

    /// <summary>Adds an entry.</summary>
    public void Add(in SharedEvent added, uint tag)
    {
        if (Count == capacity)
        {
            Leave();
            Overflowed++;
        }
        if (_end % PieceLength == 0)
            OpenPiece();
        var piece = PieceOf(_end);
        piece.Events[_end % PieceLength] = added;
        piece.Tags[_end % PieceLength] = tag;
        _end++;
    }

    /// <summary>The number of the newest entry before <paramref name="end"/> of that tag and time; -1 when there is none.</summary>
    public long Find(uint tag, long atMs, long end)
    {
        while (end > _first)
        {
            var start = Math.Max(_first, (end - 1) / PieceLength * PieceLength);
            var at = PieceOf(start).Tags.AsSpan((int)(start % PieceLength), (int)(end - start)).LastIndexOf(tag);
            if (at < 0)
                end = start;
            else if (At(start + at).AtMs == atMs)
                return start + at;
            else
                end = start + at;
        }
        return -1;
    }

    /// <summary>Gives an entry other marks.</summary>
    public void Mark(long number, EventMarks marks)
    {
        ref var marked = ref At(number);
        if (number >= _next && number < _last)
            _marksBefore.TryAdd(number, marked.Marks);
        marked.Marks = marks;
    }

    /// <summary>A snapshot of what is there now begins; one that is not finished is given up.</summary>
    public void BeginSnapshot(ArrayBufferWriter<byte> frames)
    {
        GiveUpSnapshot();
        _frames = frames;
        (_next, _last) = (_first, _end);
    }

    /// <summary>Writes entries, as they were when the snapshot began, until the frames have <paramref name="bytes"/>.</summary>
    /// <returns>Whether there are more.</returns>
    public bool WriteSnapshot(int bytes)
    {
        while (_next < _last && _frames!.WrittenCount < bytes)
            WriteBlock();
        Release();
        return _next < _last;
    }

    /// <summary>The snapshot comes to nothing.</summary>
    public void GiveUpSnapshot()
    {
        (_next, _last) = (0, 0);
        _marksBefore.Clear();
        Release();
    }

    ref SharedEvent At(long number) => ref PieceOf(number).Events[number % PieceLength];

    Piece PieceOf(long number) => _pieces[number / PieceLength % _pieces.Length]!;

    void Leave()
    {
        _first++;
        if (_first % PieceLength == 0)
            Release();
    }

    void OpenPiece()
    {
        var piece = _end / PieceLength;
        // Only a snapshot keeps more than fit.
        if (piece - _oldestPiece == _pieces.Length)
        {
            for (var end = (_oldestPiece + 1) * PieceLength; _next < _last && _next < end;)
                WriteBlock();
            Release();
        }
        _pieces[piece % _pieces.Length] = _spare ?? new Piece();
        _spare = null;
    }

    void Release()
    {
        var needed = _next < _last ? Math.Min(_first, _next) : _first;
        for (; (_oldestPiece + 1) * PieceLength <= needed; _oldestPiece++)
        {
            ref var piece = ref _pieces[_oldestPiece % _pieces.Length];
            _spare = piece;
            piece = null;
        }
    }

    void WriteBlock()
    {
        var end = Math.Min(_last, _next + BlockLength);
        var start = SharedJournalCodec.Begin(_frames!, (int)(end - _next));
        for (; _next < end; _next++)
        {
            ref readonly var e = ref At(_next);
            var marks = _marksBefore.Count > 0 && _marksBefore.Remove(_next, out var before) ? before : e.Marks;
            SharedJournalCodec.Write(_frames!, e, TagOf(_next), marks);
        }
        PartitionSnapshot.EndFrame(_frames!, start);
    }

    sealed class Piece
    {
        // What is searched lies apart.
        public readonly uint[] Tags = new uint[PieceLength];
        public readonly SharedEvent[] Events = new SharedEvent[PieceLength];
    }
}

/// <summary>An event as a lane remembers that it brought it to shared keys.</summary>
[StructLayout(LayoutKind.Auto)]
struct SharedEvent
{
    public long AtMs;
    public long Amount;
    public SharedKeys Keys;
    public EventMarks Marks;
}

/// <summary>The keys of the kinds that lanes share, in the order of the kinds; 0 where the event has none.</summary>
[InlineArray(KeyKinds.Count - 1)]
struct SharedKeys
{
    ulong _first;
}
