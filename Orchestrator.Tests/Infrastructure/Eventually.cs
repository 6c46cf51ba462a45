namespace Orchestrator.Tests.Infrastructure;

/// <summary>Waits for what other threads or processes do, with a bound.</summary>
public static class Eventually
{
    /// <summary>How long a test waits for what has to come: far longer than a loaded machine takes, for only a test that fails waits it out.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(90);
    static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(20);

    /// <summary>Polls until the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not hold in time.</exception>
    public static async Task HoldsAsync(string what, Func<Task<bool>> condition, TimeSpan? within = null)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(began) > (within ?? Bound))
            {
                throw new TimeoutException($"It did not come about: {what}.");
            }

            await Task.Delay(PollEvery);
        }
    }

    /// <inheritdoc cref="HoldsAsync(string, Func{Task{bool}}, TimeSpan?)"/>
    public static Task HoldsAsync(string what, Func<bool> condition, TimeSpan? within = null) =>
        HoldsAsync(what, () => Task.FromResult(condition()), within);
}
