using Orchestrator.Ledger.Formats;

namespace Orchestrator.Cli.Publish;

/// <summary>The lines of a file, each at most as long as a message may be: what is longer is cut, and marked.</summary>
static class FileLines
{
    /// <summary>The longest line, in characters.</summary>
    public const int MaxLength = Messaging.Wire.OutgoingMessage.MaxBodyBytes;

    /// <summary>Reads lines that end with LF or CRLF; the last may lack its end. Holds no more than one line.</summary>
    public static IEnumerable<(long Number, string Text, bool TooLong)> Read(TextReader reader) => TextLines.Read(reader, MaxLength);
}
