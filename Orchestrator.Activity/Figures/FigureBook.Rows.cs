namespace Orchestrator.Activity.Figures;

/// <summary>What of the figures goes out: rows to be stored, what is shown live, snapshots.</summary>
sealed partial class FigureBook
{
    /// <summary>How many minutes are shown: half an hour, and the one by which an event may be ahead of the clock.</summary>
    const int LiveMinutes = 32;

    /// <summary>What was handed over last is stored.</summary>
    public void Confirm()
    {
        _minutes.Confirm();
        _sessionHours.Confirm();
        _days.Confirm();
        _retention.Confirm();
        _funnels.Confirm();
        _breakdowns.Confirm();
    }

    /// <summary>Hands over what has changed, in a delta that has all else already.</summary>
    public LaneDelta Take(LaneDelta delta) => delta with
    {
        Minutes = _minutes.Take(f => f.Row()),
        Breakdowns = _breakdowns.Take(),
        SessionHours = _sessionHours.Take(f => f.Row()),
        Days = _days.Take(f => f.Row()),
        Retention = _retention.Take(f => f.Row()),
        Funnels = [.. _funnels.Take(f => f.Rows()).SelectMany(r => r)],
    };

    /// <summary>What is shown of the last half hour.</summary>
    /// <param name="watermarkMs">The latest event's time; negative before the first.</param>
    /// <param name="now">The instant.</param>
    /// <param name="counters">What was taken.</param>
    /// <param name="visitors">How many are remembered.</param>
    public LiveLane Live(long watermarkMs, DateTimeOffset now, LaneCounters counters, int visitors)
    {
        var newest = Math.Max(Time.Minute(Math.Max(0, watermarkMs)), Time.Minute(now.ToUnixTimeMilliseconds()));
        // A lane to which nothing comes must not show for ever what was the last half hour once.
        _pages.GoOn(newest);
        _referrers.GoOn(newest);
        _devices.GoOn(newest);
        var since = newest - LiveMinutes + 1;
        var (events, views) = (new int[LiveMinutes], new int[LiveMinutes]);
        for (var i = 0; i < LiveMinutes; i++)
        {
            if (_minutes.Find(since + i) is { } minute)
                (events[i], views[i]) = ((int)minute.Events, (int)minute.Views);
        }
        return new LiveLane(
            watermarkMs < 0 ? null : Time.At(watermarkMs), Active.Since, Active.Counts(), since, events, views, _pages.Top(), _referrers.Top(), _devices.Top(), counters, visitors);
    }

    /// <summary>Writes all of it but what follows from visitors and sessions.</summary>
    public void Write(in StateWriter writer)
    {
        writer.Number(_minutes.Count);
        foreach (var (minute, figure) in _minutes.All)
        {
            writer.Number(minute);
            foreach (var events in figure.ByType)
                writer.Number(events);
            writer.Number(figure.Sessions);
            writer.Number(figure.NewVisitors);
        }
        writer.Number(_sessionHours.Count);
        foreach (var (hour, figure) in _sessionHours.All)
        {
            writer.Number(hour);
            writer.Number(figure.Sessions);
            writer.Number(figure.Bounces);
            writer.Number(figure.DurationMs);
            writer.Number(figure.Events);
            writer.Number(figure.Views);
        }
        _breakdowns.Write(writer);
        writer.Number(_days.Count);
        foreach (var (day, figure) in _days.All)
        {
            writer.Number(day);
            writer.Number(figure.Visitors);
            writer.Number(figure.NewVisitors);
            writer.Number(figure.Customers);
        }
        writer.Number(_retention.Count);
        foreach (var (key, figure) in _retention.All)
        {
            writer.Number(key.Cohort);
            writer.Number(key.Later);
            writer.Number(figure.Visitors);
        }
        writer.Number(_funnels.Count);
        foreach (var (key, figure) in _funnels.All)
        {
            writer.Number(key.Funnel);
            writer.Number(key.Day);
            foreach (var visitors in figure.Visitors)
                writer.Number(visitors);
        }
        _pages.Write(writer);
        _referrers.Write(writer);
        _devices.Write(writer);
    }

    /// <summary>Reads what <see cref="Write"/> wrote; all of it counts as changed.</summary>
    /// <param name="reader">Where from.</param>
    /// <param name="funnels">The funnels that the snapshot has: for each how many steps, and which of today's it is, -1 for none.</param>
    public void Read(StateReader reader, IReadOnlyList<(int Steps, int Now)> funnels)
    {
        for (var left = reader.Count(int.MaxValue); left > 0; left--)
        {
            var figure = _minutes.Touch(reader.Number());
            for (var type = 0; type < figure.ByType.Length; type++)
                figure.ByType[type] = reader.Number();
            (figure.Sessions, figure.NewVisitors) = (reader.Number(), reader.Number());
        }
        for (var left = reader.Count(int.MaxValue); left > 0; left--)
        {
            var figure = _sessionHours.Touch(reader.Count(int.MaxValue));
            (figure.Sessions, figure.Bounces, figure.DurationMs) = (reader.Number(), reader.Number(), reader.Number());
            (figure.Events, figure.Views) = (reader.Number(), reader.Number());
        }
        _breakdowns.Read(reader);
        for (var left = reader.Count(int.MaxValue); left > 0; left--)
        {
            var figure = _days.Touch(reader.Count(int.MaxValue));
            (figure.Visitors, figure.NewVisitors, figure.Customers) = (reader.Number(), reader.Number(), reader.Number());
        }
        for (var left = reader.Count(int.MaxValue); left > 0; left--)
            _retention.Touch((reader.Count(int.MaxValue), reader.Count(int.MaxValue))).Visitors = reader.Number();
        for (var left = reader.Count(int.MaxValue); left > 0; left--)
        {
            var (steps, now) = funnels[reader.Count(funnels.Count - 1)];
            var day = reader.Count(int.MaxValue);
            var figure = now < 0 ? null : _funnels.Touch((now, day));
            for (var step = 0; step < steps; step++)
            {
                var visitors = reader.Number();
                if (figure is not null)
                    figure.Visitors[step] = visitors;
            }
        }
        _pages.Read(reader);
        _referrers.Read(reader);
        _devices.Read(reader);
    }
}
