using Orchestrator.Cli.Output;

namespace Orchestrator.Cli.Publishing;

/// <summary>Which transactions are frauds: kept apart from the messages, for whoever measures how well they are found.</summary>
public sealed class LabelsFile : IAsyncDisposable
{
    readonly StreamWriter _writer;

    /// <summary>Creates or replaces the file at <paramref name="path"/>.</summary>
    /// <exception cref="CommandException"><c>labels_not_writable</c>.</exception>
    public LabelsFile(string path)
    {
        try
        {
            _writer = new StreamWriter(path, append: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException("labels_not_writable", e.Message, e);
        }
        _writer.WriteLine("transactionId,fraud,scenario");
    }

    /// <summary>Writes one label.</summary>
    public Task WriteAsync(string transactionId, string fraud, string scenario) => _writer.WriteLineAsync($"{transactionId},{fraud},{scenario}");

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _writer.DisposeAsync();
}
