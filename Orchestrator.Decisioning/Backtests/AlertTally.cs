namespace Orchestrator.Decisioning.Backtests;

/// <summary>Counts alerts by day. History comes in the order of time, so no day is remembered but the current and the busiest.</summary>
sealed class AlertTally
{
    long _total;
    DateOnly _day;
    long _onDay;
    DateOnly? _busiest;
    long _onBusiest;

    /// <summary>Counts one that is held or declined.</summary>
    public void Add(DateTimeOffset at)
    {
        var day = DateOnly.FromDateTime(at.UtcDateTime);
        if (day != _day)
            (_day, _onDay) = (day, 0);
        _total++;
        if (++_onDay > _onBusiest)
            (_busiest, _onBusiest) = (day, _onDay);
    }

    /// <summary>What it comes to.</summary>
    /// <param name="over">How long it was counted.</param>
    public AlertVolume Report(TimeSpan over) =>
        new(_total, over.TotalDays, over > TimeSpan.Zero ? _total / over.TotalDays : 0, _busiest, _onBusiest);
}
