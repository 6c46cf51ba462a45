using Orchestrator.Cli.Output;

namespace Orchestrator.Cli.Ledger;

/// <summary>Follows the building of a generation until it is served.</summary>
static class RebuildProgress
{
    // The service's answer may be a second old.
    const int ShownWithin = 3;

    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Notes how far it is, once a second. Ctrl-C ends the following, not the building.</summary>
    /// <exception cref="CommandException"><c>rebuild_given_up</c>: it is neither built nor served any more.</exception>
    public static async Task<GenerationAnswer> FollowAsync(ProjectionsApi api, RebuildAnswer asked, TimeProvider time, CancellationToken cancellationToken)
    {
        string? error = null;
        var missed = 0;
        while (true)
        {
            var projection = (await api.ListAsync(cancellationToken)).FirstOrDefault(p => string.Equals(p.Name, asked.Name, StringComparison.Ordinal));
            if (projection?.Active is { } active && active.Generation >= asked.Generation)
                return active;
            if (projection?.Building is { } building && building.Generation == asked.Generation)
            {
                Note(building);
                if (building.Error is not null && !string.Equals(building.Error, error, StringComparison.Ordinal))
                    Terminal.Warn(building.Error);
                (error, missed) = (building.Error, 0);
            }
            else if (++missed > ShownWithin)
            {
                throw new CommandException("rebuild_given_up", $"Generation {asked.Generation} of {asked.Name} is not built any more; see: ledger projections");
            }
            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    static void Note(GenerationAnswer building) => Terminal.Note(
        $"{building.State}: {building.EventsFolded:N0} of {building.EventsTotal:N0} events, {building.Progress:P1}" +
        (building.EventsPerSecond is { } rate ? $", {rate:N0}/s" : "") + (building.Lag is { } lag ? $", {lag:N0} left on the topic" : ""));
}
