namespace Orchestrator.Messaging.Schema;

/// <summary>Work for the night: some rows at a time, with a rest after each step in proportion to what it took, so that the work of the moment goes on beside it.</summary>
public static class GentleSteps
{
    const int RestToWork = 4;

    /// <summary>Does a step again and again, until one has had less to do than it could.</summary>
    /// <param name="step">Does a step, and says how many rows it had.</param>
    /// <param name="full">How many rows a step has that may have left more.</param>
    /// <param name="most">How many steps at most; what is left then waits for the next time.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many rows all steps had.</returns>
    public static async Task<long> RepeatAsync(
        Func<CancellationToken, Task<int>> step, int full, int most, TimeProvider time, CancellationToken cancellationToken)
    {
        var total = 0L;
        for (var i = 0; i < most; i++)
        {
            var began = time.GetTimestamp();
            var count = await step(cancellationToken);
            total += count;
            if (count < full)
                break;
            await Task.Delay(RestToWork * time.GetElapsedTime(began), time, cancellationToken);
        }
        return total;
    }
}
