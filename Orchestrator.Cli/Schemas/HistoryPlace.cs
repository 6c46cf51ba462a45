using System.CommandLine;
using Orchestrator.Cli.Output;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Schemas.History;

namespace Orchestrator.Cli.Schemas;

/// <summary>Where the history of schemas is: in a folder that is named, in the repository around the current folder, or in the command itself.</summary>
static class HistoryPlace
{
    /// <summary>The option that names a folder.</summary>
    public static Option<DirectoryInfo?> Option() =>
        new("--history") { Description = $"The folder with the history [default: {SchemaHistory.Folder} here or in a folder above, else what this command was built with]" };

    /// <summary>The history to read.</summary>
    public static SchemaHistory Read(DirectoryInfo? named) => Named(() => (named?.FullName ?? Found()) is { } folder ? SchemaHistory.In(folder) : SchemaHistory.Committed);

    /// <summary>The folder to write to.</summary>
    /// <exception cref="CommandException">None is named, and none is here or above.</exception>
    public static string Folder(DirectoryInfo? named) =>
        named?.FullName ?? Found() ?? throw new CommandException("no_history", $"There is no {SchemaHistory.Folder} here or in a folder above; --history names another.");

    /// <summary>The messages that are asked for; all when none is.</summary>
    /// <exception cref="CommandException">One of them is no message.</exception>
    public static IReadOnlyList<MessageContract> Contracts(IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            if (!ContractCatalog.All.Any(c => string.Equals(c.Name, name, StringComparison.Ordinal)))
                throw new CommandException("unknown_message", $"There is no message {name}; see: schemas list");
        }
        return names.Count == 0 ? ContractCatalog.All : [.. ContractCatalog.All.Where(c => names.Contains(c.Name, StringComparer.Ordinal))];
    }

    /// <summary>What cannot be read or derived ends the command by its name.</summary>
    public static T Named<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SchemaException e)
        {
            throw new CommandException(e.Code, e.Detail, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException("file_unreadable", e.Message, e);
        }
    }

    static string? Found()
    {
        for (var at = new DirectoryInfo(Directory.GetCurrentDirectory()); at is not null; at = at.Parent)
        {
            var folder = Path.Combine(at.FullName, SchemaHistory.Folder);
            if (Directory.Exists(folder))
                return folder;
        }
        return null;
    }
}
