using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Campaigns;

/// <summary>What the processes of a campaign print, the last lines of all of them together.</summary>
public sealed class ProcessLog
{
    const int LinesKept = 400;
    const int CharactersKept = 300;

    readonly ConcurrentQueue<string> _lines = new();

    /// <summary>Adds a line; the oldest goes.</summary>
    public void Add(string source, string line)
    {
        _lines.Enqueue($"{source}: {(line.Length <= CharactersKept ? line : line[..CharactersKept])}");
        if (_lines.Count > LinesKept)
            _lines.TryDequeue(out _);
    }

    /// <summary>The last lines.</summary>
    public string Tail(int lines) => string.Join('\n', _lines.TakeLast(lines));
}

/// <summary>A program of the product in a process of its own, to be killed at will.</summary>
public sealed class LoggedProcess : IAsyncDisposable
{
    const string ReadyLine = " Ready at ";

    static readonly TimeSpan AnswerWithin = Eventually.Bound;
    static readonly TimeSpan StopWithin = Eventually.Bound;

    readonly Process _process;
    readonly Channel<string> _answers = Channel.CreateBounded<string>(new BoundedChannelOptions(16) { FullMode = BoundedChannelFullMode.DropOldest });

    LoggedProcess(Process process, string name, ProcessLog log)
    {
        _process = process;
        Name = name;
        process.OutputDataReceived += (_, e) => Read(e.Data, log, isAnswer: true);
        process.ErrorDataReceived += (_, e) => Read(e.Data, log, isAnswer: false);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Tells it apart in the log.</summary>
    public string Name { get; }

    /// <summary>The operating system's number for it.</summary>
    public int Id => _process.Id;

    /// <summary>The next line of its standard output, for a program that answers.</summary>
    public async Task<string> AnswerAsync()
    {
        using var bound = new CancellationTokenSource(AnswerWithin);
        return await _answers.Reader.ReadAsync(bound.Token);
    }

    /// <summary>Says a line to it, and waits until it answers.</summary>
    public async Task<string> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        return await AnswerAsync();
    }

    /// <summary>Whether it has said that it is ready. Before that, a request to stop may end it as any program that listens to no signal yet.</summary>
    public bool IsReady { get; private set; }

    /// <summary>Where its API is, once it has said that it is ready.</summary>
    public Uri? Address { get; private set; }

    /// <summary>Whether it has ended, however it did.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Starts it.</summary>
    public static LoggedProcess Start(string name, string assembly, IReadOnlyDictionary<string, string> environment, ProcessLog log, string workingDirectory, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, assembly), .. arguments])
        {
            UseShellExecute = false,
            WorkingDirectory = workingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in environment)
            start.Environment[key] = value;
        return new LoggedProcess(Process.Start(start)!, name, log);
    }

    /// <summary>kill -9, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to stop in good order and waits until it has.</summary>
    /// <returns>Its exit code; null when it had to be killed.</returns>
    public async Task<int?> StopAsync()
    {
        using (var terminate = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
            await terminate.WaitForExitAsync();
        using var bound = new CancellationTokenSource(StopWithin);
        try
        {
            await _process.WaitForExitAsync(bound.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
            return null;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    void Read(string? line, ProcessLog log, bool isAnswer)
    {
        if (line is null)
            return;
        if (isAnswer)
            _answers.Writer.TryWrite(line);
        if (line.IndexOf(ReadyLine, StringComparison.Ordinal) is >= 0 and var at)
        {
            var address = line[(at + ReadyLine.Length)..];
            Address = address.IndexOf(": ", StringComparison.Ordinal) is > 0 and var end ? new Uri(address[..end]) : null;
            IsReady = true;
        }
        log.Add(Name, line);
    }
}
