using System.Runtime.InteropServices;
using System.Text.Json;

namespace Orchestrator.Benchmarks.Processes;

/// <summary>The other side of <see cref="ChildProcess"/>.</summary>
static class ChildHost
{
    /// <summary>Runs a role until stdin is closed.</summary>
    public static async Task<int> RunAsync(string role)
    {
        // Ctrl-C reaches every process of the terminal; this one ends when its parent has closed stdin.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        // Only answers go to stdout, whatever the role writes.
        await using var answers = Console.Out;
        Console.SetOut(Console.Error);
        using var meters = new UnitMeters();
        await using var child = await StartAsync(role);
        await AnswerAsync(answers, child.Ready);
        while (await Console.In.ReadLineAsync() is not null)
        {
            await AnswerAsync(answers, new ChildFigures(
                Environment.WorkingSet, GC.GetGCMemoryInfo().HeapSizeBytes, GC.CollectionCount(GC.MaxGeneration),
                GC.GetTotalPauseDuration().TotalSeconds, GC.GetTotalAllocatedBytes(), meters.Sums(), meters.Snapshots()));
        }
        return 0;
    }

    static async Task<IChild> StartAsync(string role) => role switch
    {
        InfrastructureChild.Role => await InfrastructureChild.StartAsync(),
        OrdersService.Role => await OrdersService.StartAsync(),
        DecisionService.Role => await DecisionService.StartAsync(),
        RelayService.Role => await RelayService.StartAsync(),
        TransfersService.Role => await TransfersService.StartAsync(),
        TransfersService.ActivityRole => await TransfersService.StartActivityAsync(),
        TransfersService.DecidingRole => await TransfersService.StartDecidingAsync(),
        _ => throw new ArgumentException($"no such role: {role}", nameof(role)),
    };

    static async Task AnswerAsync<T>(TextWriter answers, T answer)
    {
        await answers.WriteLineAsync(JsonSerializer.Serialize(answer));
        await answers.FlushAsync();
    }
}

/// <summary>A role that has started; disposing it ends it.</summary>
interface IChild : IAsyncDisposable
{
    /// <summary>What its starter needs to know.</summary>
    IReadOnlyDictionary<string, string> Ready { get; }
}
