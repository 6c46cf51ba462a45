using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Campaigns;

/// <summary>Services that come and go: one at a time, some while after it was ready, is killed or, one time in four, stopped, and another takes its place.</summary>
static class RandomKills
{
    /// <summary>Does it so many times.</summary>
    /// <param name="services">Those that run; others when it is over.</param>
    /// <param name="kills">How many times.</param>
    /// <param name="chance">Who, when and how.</param>
    /// <param name="leastMs">How long a ready service lives at least, in milliseconds.</param>
    /// <param name="mostMs">Before so many it ends.</param>
    /// <param name="start">Starts one.</param>
    /// <param name="readyWithin">How long one may take to be ready; as long as everything, when null.</param>
    public static async Task RunAsync(
        List<LoggedProcess> services, int kills, Random chance, int leastMs, int mostMs, Func<LoggedProcess> start, TimeSpan? readyWithin = null)
    {
        for (var kill = 0; kill < kills; kill++)
        {
            var victim = services[chance.Next(services.Count)];
            await Eventually.HoldsAsync($"{victim.Name} is ready", () => victim.IsReady || victim.HasEnded, readyWithin);
            await Task.Delay(chance.Next(leastMs, mostMs));
            services.Remove(victim);
            if (chance.Next(4) == 0)
                await victim.StopAsync();
            else
                await victim.KillAsync();
            await victim.DisposeAsync();
            services.Add(start());
        }
    }
}
