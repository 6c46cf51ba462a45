using Spectre.Console;

namespace Orchestrator.Cli.Output;

/// <summary>A command cannot do what was asked, for a reason with a name. It ends the process with <see cref="ExitCode"/>.</summary>
public sealed class CommandException(string code, string detail, Exception? inner = null) : Exception($"{code}: {detail}", inner)
{
    /// <summary>The exit code of every command that fails.</summary>
    public const int ExitCode = 1;

    /// <summary>The exit code when some of the input was skipped.</summary>
    public const int PartialExitCode = 2;

    /// <summary>The exit code after Ctrl-C, as shells expect it.</summary>
    public const int InterruptedExitCode = 130;

    /// <summary>The failure's stable name.</summary>
    public string Code { get; } = code;

    /// <summary>What is wrong and what to do, for people.</summary>
    public string Detail { get; } = detail;

    /// <summary>Writes it to standard error.</summary>
    /// <returns>The exit code.</returns>
    public int Report()
    {
        Terminal.Error.MarkupLine($"[red]{Code.EscapeMarkup()}[/] {Detail.EscapeMarkup()}");
        return ExitCode;
    }
}
