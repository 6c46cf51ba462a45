using System.Diagnostics;
using System.Text.Json;
using Orchestrator.Benchmarks.Running;

namespace Orchestrator.Benchmarks.Processes;

/// <summary>
/// This program once more, in another role. It says in one line of JSON on stdout that it is ready, answers each line on stdin with one,
/// and ends when its stdin is closed; so it ends with this process, however this one ends.
/// </summary>
sealed class ChildProcess : IAsyncDisposable
{
    public const string Verb = "--role";

    static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(30);

    readonly Process _process;
    readonly string _role;
    readonly SemaphoreSlim _asking = new(1);
    bool _ended;

    ChildProcess(Process process, string role)
    {
        _process = process;
        _role = role;
    }

    public int Id => _process.Id;

    /// <summary>What it said when it was ready.</summary>
    public IReadOnlyDictionary<string, string> Ready { get; private set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <exception cref="BenchFailedException">It ended before it was ready; stderr says why.</exception>
    public static async Task<ChildProcess> StartAsync(string role, IReadOnlyDictionary<string, string> environment, CancellationToken stop)
    {
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            start.ArgumentList.Add(typeof(ChildProcess).Assembly.Location);
        start.ArgumentList.Add(Verb);
        start.ArgumentList.Add(role);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var child = new ChildProcess(Process.Start(start)!, role);
        try
        {
            child.Ready = await child.ReadAsync<Dictionary<string, string>>(stop);
            return child;
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks for its figures.</summary>
    public async Task<ChildFigures> FiguresAsync(CancellationToken stop)
    {
        await _asking.WaitAsync(stop);
        try
        {
            await _process.StandardInput.WriteLineAsync("figures".AsMemory(), stop);
            await _process.StandardInput.FlushAsync(stop);
            return await ReadAsync<ChildFigures>(stop);
        }
        finally
        {
            _asking.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_ended)
            return;
        _ended = true;
        _process.StandardInput.Close();
        using var bound = new CancellationTokenSource(EndWithin);
        try
        {
            await _process.WaitForExitAsync(bound.Token);
        }
        catch (OperationCanceledException)
        {
            Progress.Write($"{_role} did not end within {EndWithin.TotalSeconds:N0} s; killing it");
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        _process.Dispose();
        _asking.Dispose();
    }

    async Task<T> ReadAsync<T>(CancellationToken stop)
    {
        var line = await _process.StandardOutput.ReadLineAsync(stop)
            ?? throw new BenchFailedException($"the process for {_role} ended by itself");
        return JsonSerializer.Deserialize<T>(line)!;
    }
}

/// <summary>What a child knows of itself.</summary>
/// <param name="WorkingSetBytes">Its resident memory.</param>
/// <param name="HeapBytes">What the garbage collector has in use, as of its last collection.</param>
/// <param name="Collections">How often the oldest generation was collected.</param>
/// <param name="PauseSeconds">How long collections have stopped it.</param>
/// <param name="AllocatedBytes">What it has allocated.</param>
/// <param name="Units">The units of work of each group.</param>
/// <param name="Snapshots">What stream lanes have written of snapshots.</param>
sealed record ChildFigures(long WorkingSetBytes, long HeapBytes, int Collections, double PauseSeconds, long AllocatedBytes, Dictionary<string, UnitSums> Units, SnapshotSlices Snapshots);
