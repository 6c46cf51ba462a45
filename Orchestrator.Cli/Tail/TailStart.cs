using System.Globalization;
using Orchestrator.Cli.Output;

namespace Orchestrator.Cli.Tail;

/// <summary>Where <c>tail</c> begins in each partition.</summary>
public abstract record TailStart
{
    TailStart()
    {
    }

    /// <summary>The first message that is kept.</summary>
    public sealed record Beginning : TailStart;

    /// <summary>What comes from now on.</summary>
    public sealed record End : TailStart;

    /// <summary>This offset.</summary>
    public sealed record At(long Offset) : TailStart;

    /// <summary>The first message that is not older.</summary>
    public sealed record Since(DateTimeOffset Time) : TailStart;

    /// <summary>Reads <c>beginning</c>, <c>end</c>, <c>offset:N</c> or <c>time:ISO</c>.</summary>
    /// <exception cref="CommandException"><c>bad_from</c>.</exception>
    public static TailStart Parse(string text)
    {
        if (text == "beginning")
            return new Beginning();
        if (text == "end")
            return new End();
        if (text.Split(':', 2) is ["offset", var number] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
            return new At(offset);
        if (text.Split(':', 2) is ["time", var iso]
            && DateTimeOffset.TryParse(iso, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return new Since(time);
        }
        throw new CommandException("bad_from", $"'{text}' is not beginning, end, offset:N or time:ISO, for instance time:2026-05-01T12:00:00Z.");
    }
}
