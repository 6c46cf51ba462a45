using Orchestrator.Cli.Output;
using Spectre.Console;

namespace Orchestrator.Cli.Simulate;

/// <summary>Shows a run while it runs: full screen, or a line now and then where that was not asked for or there is no terminal.</summary>
static class LiveView
{
    const string EnterScreen = "\e[?1049h\e[H";
    const string LeaveScreen = "\e[?1049l";
    static readonly TimeSpan ScreenInterval = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);

    /// <summary>Returns when <paramref name="running"/> has ended, however it ended.</summary>
    public static Task ShowAsync(Task<SimulateSummary> running, LiveFigures figures, bool full, TimeProvider time) =>
        full && Terminal.Out.Profile.Capabilities.Interactive && !Console.IsOutputRedirected
            ? ScreenAsync(running, figures, time)
            : LinesAsync(running, figures, time);

    static async Task ScreenAsync(Task<SimulateSummary> running, LiveFigures figures, TimeProvider time)
    {
        Console.Out.Write(EnterScreen);
        try
        {
            await Terminal.Out.Live(figures.Screen(0)).Overflow(VerticalOverflow.Crop).StartAsync(async live =>
                await EveryAsync(running, ScreenInterval, time, figures, rate => live.UpdateTarget(figures.Screen(rate))));
        }
        finally
        {
            Console.Out.Write(LeaveScreen);
        }
    }

    static Task LinesAsync(Task<SimulateSummary> running, LiveFigures figures, TimeProvider time) =>
        EveryAsync(running, LineInterval, time, figures, rate => Terminal.Note(figures.Line(rate)));

    static async Task EveryAsync(Task<SimulateSummary> running, TimeSpan interval, TimeProvider time, LiveFigures figures, Action<double> show)
    {
        var before = (Sent: 0L, At: time.GetTimestamp());
        while (await Task.WhenAny(running, Task.Delay(interval, time)) != running)
        {
            var now = (Sent: figures.Published, At: time.GetTimestamp());
            show((now.Sent - before.Sent) / Math.Max(time.GetElapsedTime(before.At, now.At).TotalSeconds, 0.001));
            before = now;
        }
    }
}
