using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Orchestrator.Messaging.Telemetry.Stored;

/// <summary>
/// Takes all <see cref="IStoredFigures"/> one after the other, so that they cost the database one connection at most, and shows the last of each until it is too old to
/// be true. A look that fails is tried again with the next round.
/// </summary>
public sealed partial class FigureKeeper : BackgroundService
{
    /// <summary>The meter.</summary>
    public const string MeterName = "Orchestrator.Stored";

    // A look that takes longer is given up: it would cost more than it tells.
    static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(10);

    // So many intervals the last figures are shown.
    const int Kept = 4;

    readonly Look[] _looks;
    readonly TimeProvider _time;
    readonly TimeSpan _interval;
    readonly ILogger<FigureKeeper> _logger;
    readonly Meter _meter;
    readonly Counter<long> _failed;

    /// <summary>Makes the instruments.</summary>
    public FigureKeeper(
        IEnumerable<IStoredFigures> figures, IMeterFactory meters, IOptions<StoredFiguresOptions> options, TimeProvider time, ILogger<FigureKeeper> logger)
    {
        _looks = [.. figures.Select(f => new Look(f))];
        _interval = TimeSpan.FromSeconds(options.Value.SampleSeconds);
        (_time, _logger) = (time, logger);
        _meter = meters.Create(MeterName);
        _failed = _meter.CreateCounter<long>("orchestrator.figures.failed", "{look}", "Looks at the database or the cluster that failed, by their name");
        _meter.CreateObservableGauge("orchestrator.figures.age", Ages, "s", "How old the figures are that were taken last, by the name of the look");
        foreach (var look in _looks)
        {
            _failed.Add(0, new KeyValuePair<string, object?>("look", look.Figures.Name));
            foreach (var gauge in look.Figures.Gauges)
                _meter.CreateObservableGauge(gauge.Name, () => Values(look, gauge.Name), gauge.Unit, gauge.Description);
        }
    }

    /// <summary>Takes those whose turn it is.</summary>
    public async Task TakeAsync(CancellationToken cancellationToken)
    {
        foreach (var look in _looks.Where(l => --l.Left < 0))
        {
            look.Left = look.Figures.Every - 1;
            await TakeAsync(look, cancellationToken);
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The host goes on starting meanwhile.
        await Task.Yield();
        using var timer = new PeriodicTimer(_interval, _time);
        do
        {
            await TakeAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    async Task TakeAsync(Look look, CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(LongestLook);
        try
        {
            var figures = await look.Figures.TakeAsync(bound.Token).WaitAsync(bound.Token);
            look.Latest = new Taken(_time.GetTimestamp(), figures.ToLookup(f => f.Gauge, f => new Measurement<double>(f.Value, f.Tags), StringComparer.Ordinal));
        }
        // Whatever goes wrong with measuring, what is measured goes on.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            _failed.Add(1, new KeyValuePair<string, object?>("look", look.Figures.Name));
            NotTaken(_logger, look.Figures.Name, e.GetType().Name, e.Message);
        }
    }

    IEnumerable<Measurement<double>> Values(Look look, string gauge) =>
        look.Latest is { } latest && _time.GetElapsedTime(latest.At) < Kept * look.Figures.Every * _interval + LongestLook ? latest.Values[gauge] : [];

    IEnumerable<Measurement<double>> Ages() =>
        from look in _looks
        let latest = look.Latest
        where latest is not null
        select new Measurement<double>(_time.GetElapsedTime(latest.At).TotalSeconds, new KeyValuePair<string, object?>("look", look.Figures.Name));

    /// <inheritdoc />
    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    sealed class Look(IStoredFigures figures)
    {
        volatile Taken? _latest;

        public IStoredFigures Figures => figures;

        /// <summary>How many rounds it still waits.</summary>
        public int Left { get; set; }

        public Taken? Latest
        {
            get => _latest;
            set => _latest = value;
        }
    }

    sealed record Taken(long At, ILookup<string, Measurement<double>> Values);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Figures of {Look} are those of before: {Error} {Reason}")]
    static partial void NotTaken(ILogger logger, string look, string error, string reason);
}
