using System.Threading.Channels;

namespace Orchestrator.Decisioning.Backtests;

/// <summary>Lets history run: it is read a little ahead while it is judged, so memory is bounded by a few batches and by what features remember.</summary>
/// <param name="time">The clock of progress and pace.</param>
public sealed class BacktestRunner(TimeProvider time)
{
    const int BatchesAhead = 4;

    static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);

    /// <summary>Runs to the end of the history.</summary>
    /// <param name="spec">What is judged.</param>
    /// <param name="parts">What decides.</param>
    /// <param name="history">The history.</param>
    /// <param name="progress">Told how far it is, after each batch.</param>
    /// <param name="restToWork">How long it rests after each batch, as a multiple of what the batch took: what runs beside it keeps its processor. Zero for not at all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BacktestException">The history cannot be read, or is more than is held.</exception>
    public async Task<BacktestResult> RunAsync(
        BacktestSpec spec, BacktestParts parts, IBacktestHistory history, Action<BacktestProgress> progress, double restToWork, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var from = BacktestRun.WantedFrom(spec, parts);
        var run = new BacktestRun(spec, parts, history.LabelsAsOf);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ahead = Channel.CreateBounded<IReadOnlyList<PastTransaction>>(new BoundedChannelOptions(BatchesAhead) { SingleReader = true, SingleWriter = true });
        var reading = Task.Run(() => ReadAsync(history, from, spec.To, ahead.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var batch in ahead.Reader.ReadAllAsync(cancellationToken))
            {
                var started = time.GetTimestamp();
                foreach (var past in batch)
                    run.Take(past);
                if (batch.Count > 0)
                    progress(Progress(spec, from, batch[^1].Transaction.OccurredAt, run, time.GetElapsedTime(began)));
                cancellationToken.ThrowIfCancellationRequested();
                if (restToWork > 0)
                    await Task.Delay(Rest(time.GetElapsedTime(started), restToWork), time, cancellationToken);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }
        return run.Result(history, time.GetElapsedTime(began));
    }

    // Ends the channel with what went wrong, and never throws itself.
    static async Task ReadAsync(
        IBacktestHistory history, DateTimeOffset from, DateTimeOffset to, ChannelWriter<IReadOnlyList<PastTransaction>> ahead, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var batch in history.ReadAsync(from, to, cancellationToken))
                await ahead.WriteAsync(batch, cancellationToken);
            ahead.TryComplete();
        }
        catch (Exception e)
        {
            ahead.TryComplete(e);
        }
    }

    static TimeSpan Rest(TimeSpan work, double restToWork) => work * restToWork is var rest && rest < LongestRest ? rest : LongestRest;

    static BacktestProgress Progress(BacktestSpec spec, DateTimeOffset from, DateTimeOffset at, BacktestRun run, TimeSpan elapsed) => new(
        at, Math.Round(Math.Clamp((at - from) / (spec.To - from), 0, 1), 4), run.Taken, run.Judged, Math.Round(elapsed.TotalSeconds, 1));
}

/// <summary>How far a backtest is.</summary>
/// <param name="At">Up to which event time, UTC.</param>
/// <param name="Share">Which share of the time, the warm-up included, 0 to 1.</param>
/// <param name="Transactions">How many were taken.</param>
/// <param name="Judged">How many of them were judged.</param>
/// <param name="Seconds">How long it has been running.</param>
public sealed record BacktestProgress(DateTimeOffset At, double Share, long Transactions, long Judged, double Seconds);
