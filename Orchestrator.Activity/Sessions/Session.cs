using Orchestrator.Activity.Figures;
using Orchestrator.Activity.Visitors;
using Orchestrator.Contracts.Activity;

namespace Orchestrator.Activity.Sessions;

/// <summary>A session, summed up so that it can take in events in any order, and other sessions.</summary>
/// <param name="visitor">Whose.</param>
/// <param name="sessionId">Identifies it.</param>
/// <param name="made">Counts the lane's sessions as they were made: the lower one is the older.</param>
sealed class Session(Visitor visitor, Guid sessionId, long made) : Tracked
{
    /// <summary>Where a session came from that came from nowhere else.</summary>
    public const string Direct = "(direct)";

    const int IdsAtFirst = 4;

    ulong[]? _ids;
    int _idCount;
    Moment _first = new(long.MaxValue, ulong.MaxValue);
    Moment _entry = new(long.MaxValue, ulong.MaxValue);
    Moment _exit = new(long.MinValue, 0);
    HourViews _hours;
    Acquaintance? _known;

    /// <summary>Whose.</summary>
    public Visitor Visitor { get; } = visitor;

    /// <summary>Identifies it.</summary>
    public Guid SessionId { get; } = sessionId;

    /// <summary>Counts the lane's sessions as they were made.</summary>
    public long Made { get; } = made;

    /// <summary>The next earlier one of the visitor.</summary>
    public Session? Next { get; set; }

    /// <summary>The time of the first event.</summary>
    public long StartMs => _first.Ms;

    /// <summary>The time of the last event.</summary>
    public long EndMs { get; private set; } = long.MinValue;

    /// <summary>How many events.</summary>
    public int Events { get; private set; }

    /// <summary>How many page views.</summary>
    public int Views { get; private set; }

    /// <summary>How many clicks.</summary>
    public int Clicks { get; private set; }

    /// <summary>The page of the first view.</summary>
    public string? EntryPage { get; private set; }

    /// <summary>The page of the last view.</summary>
    public string? ExitPage { get; private set; }

    /// <summary>Where it came from, as its first event says.</summary>
    public string Referrer { get; private set; } = Direct;

    /// <summary>The kind of device of its first event.</summary>
    public DeviceKind Device { get; private set; }

    /// <summary>The customer that its latest event names that names one.</summary>
    public string? CustomerId => _known?.CustomerId;

    /// <summary>When the customer logged in last; the lowest number when that was not seen.</summary>
    public long LoginMs => _known?.LoginMs ?? long.MinValue;

    /// <summary>The event time of the last observation; the lowest number before the first.</summary>
    public long ObservedMs => _known?.ObservedMs ?? long.MinValue;

    /// <summary>Whether it brought a device on which the visitor was not seen before.</summary>
    public bool IsOnNewDevice { get; set; }

    /// <summary>Whether nothing of it changes any more.</summary>
    public bool IsFinal { get; private set; }

    /// <summary>Views by hour.</summary>
    public ref readonly HourViews Hours => ref _hours;

    /// <summary>How many ids it remembers.</summary>
    public int IdCount => _idCount;

    /// <summary>The ids of its events.</summary>
    public ReadOnlySpan<ulong> Ids => _ids.AsSpan(0, _idCount);

    /// <summary>Whether the event is in it.</summary>
    public bool Has(ulong id) => Ids.Contains(id);

    /// <summary>Whether an event of this time is no further from it than the gap.</summary>
    public bool Reaches(long ms, long gapMs) => ms >= _first.Ms - gapMs && ms <= EndMs + gapMs;

    /// <summary>Whether an event would be its first.</summary>
    public bool WouldBeginWith(in Moment at) => at.IsBefore(_first);

    /// <summary>Whether it begins before another.</summary>
    public bool BeginsBefore(Session other) => _first.IsBefore(other._first);

    /// <summary>Takes in an event.</summary>
    public void Add(in ActivityEvent happened, in Moment at)
    {
        if (at.IsBefore(_first))
        {
            _first = at;
            Referrer = happened.Referrer ?? Direct;
            Device = happened.Device;
        }
        EndMs = Math.Max(EndMs, at.Ms);
        Remember(at.Id);
        Events++;
        switch (happened.Type)
        {
            case ActivityType.PageView:
                View(at, happened.Page!);
                break;
            case ActivityType.Click:
                Clicks++;
                break;
        }
        if (happened.CustomerId is { } customer)
            (_known ??= new Acquaintance()).Name(customer, at);
        if (happened.IsLogin)
            (_known ??= new Acquaintance()).LogIn(at.Ms);
    }

    /// <summary>An observation was made.</summary>
    public void Observe(long ms) => (_known ??= new Acquaintance()).Observe(ms);

    /// <summary>Takes in another session, which is none any more.</summary>
    public void Absorb(Session other)
    {
        if (other._first.IsBefore(_first))
            (_first, Referrer, Device) = (other._first, other.Referrer, other.Device);
        EndMs = Math.Max(EndMs, other.EndMs);
        foreach (var id in other.Ids)
            Remember(id);
        Events += other.Events;
        Views += other.Views;
        Clicks += other.Clicks;
        if (other._entry.IsBefore(_entry))
            (_entry, EntryPage) = (other._entry, other.EntryPage);
        if (_exit.IsBefore(other._exit))
            (_exit, ExitPage) = (other._exit, other.ExitPage);
        if (other._known is { } known)
            (_known ??= new Acquaintance()).Absorb(known);
        IsOnNewDevice |= other.IsOnNewDevice;
        _hours.Add(other._hours);
    }

    /// <summary>Nothing of it changes any more; what only changes ask for is forgotten.</summary>
    public void End()
    {
        IsFinal = true;
        (_ids, _idCount) = (null, 0);
        _hours.Clear();
    }

    /// <summary>What it contributes to figures.</summary>
    public Standing Standing() => new()
    {
        StartMs = StartMs,
        DurationMs = EndMs - StartMs,
        Events = Events,
        Views = Views,
        EntryHour = Views > 0 ? Time.Hour(_entry.Ms) : 0,
        EntryPage = EntryPage,
        ExitHour = Views > 0 ? Time.Hour(_exit.Ms) : 0,
        ExitPage = ExitPage,
        Referrer = Referrer,
        Device = Device,
    };

    /// <summary>As it is stored.</summary>
    public SessionRow Row() => new(
        SessionId, Visitor.Name, CustomerId, Time.At(StartMs), Time.At(EndMs), IsFinal, Events, Views, Clicks, EntryPage, ExitPage, Referrer, Device.Name());

    void View(in Moment at, string page)
    {
        Views++;
        _hours.Add(Time.Hour(at.Ms), 1);
        if (at.IsBefore(_entry))
            (_entry, EntryPage) = (at, page);
        if (_exit.IsBefore(at))
            (_exit, ExitPage) = (at, page);
    }

    void Remember(ulong id)
    {
        _ids ??= new ulong[IdsAtFirst];
        if (_idCount == _ids.Length)
            Array.Resize(ref _ids, _ids.Length * 2);
        _ids[_idCount++] = id;
    }

    /// <summary>Writes all of it but whose it is.</summary>
    public void Write(in StateWriter writer)
    {
        writer.Id(SessionId);
        writer.Number(Made);
        writer.Byte((byte)((IsFinal ? 1 : 0) | (IsOnNewDevice ? 2 : 0)));
        writer.Moment(_first);
        writer.Number(EndMs);
        writer.Number(Events);
        writer.Number(Views);
        writer.Number(Clicks);
        writer.Text(Referrer);
        writer.Byte((byte)Device);
        if (Views > 0)
        {
            writer.Moment(_entry);
            writer.Text(EntryPage);
            writer.Moment(_exit);
            writer.Text(ExitPage);
        }
        writer.Flag(_known is not null);
        _known?.Write(writer);
        writer.Number(_hours.Count);
        for (var i = 0; i < _hours.Count; i++)
        {
            writer.Number(_hours[i].Hour);
            writer.Number(_hours[i].Views);
        }
        writer.Number(_idCount);
        foreach (var id in Ids)
            writer.Fixed(id);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static Session Read(Visitor visitor, StateReader reader, int mostEvents)
    {
        var session = new Session(visitor, reader.Id(), reader.Number());
        var flags = reader.Byte();
        session.IsFinal = (flags & 1) != 0;
        session.IsOnNewDevice = (flags & 2) != 0;
        session._first = reader.Moment();
        session.EndMs = reader.Number();
        session.Events = reader.Count(mostEvents);
        session.Views = reader.Count(session.Events);
        session.Clicks = reader.Count(session.Events);
        session.Referrer = reader.Text() ?? throw new InvalidDataException("A session that came from nowhere");
        session.Device = reader.Device();
        if (session.Views > 0)
        {
            (session._entry, session.EntryPage) = (reader.Moment(), reader.Text());
            (session._exit, session.ExitPage) = (reader.Moment(), reader.Text());
        }
        if (reader.Flag())
            session._known = Acquaintance.Read(reader);
        for (var left = reader.Count(session.Events); left > 0; left--)
            session._hours.Add(reader.Count(int.MaxValue), reader.Count(int.MaxValue));
        session._idCount = reader.Count(session.Events);
        if (session._idCount > 0)
            session._ids = new ulong[session._idCount];
        for (var i = 0; i < session._idCount; i++)
            session._ids![i] = reader.Fixed();
        return session;
    }
}
