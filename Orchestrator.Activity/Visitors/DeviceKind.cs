namespace Orchestrator.Activity.Visitors;

/// <summary>Kinds of devices, as far as what a browser says of itself tells.</summary>
enum DeviceKind : byte
{
    /// <summary>Anything else, or nothing was said.</summary>
    Other,

    /// <summary>A computer.</summary>
    Desktop,

    /// <summary>A telephone.</summary>
    Mobile,

    /// <summary>A tablet.</summary>
    Tablet,

    /// <summary>A program that says that it is one.</summary>
    Bot,
}

/// <summary>Tells kinds of devices apart.</summary>
static class DeviceKinds
{
    static readonly string[] Names = ["other", "desktop", "mobile", "tablet", "bot"];
    static readonly string[] Bots = ["bot", "crawl", "spider", "slurp", "headless", "curl/", "wget/", "python-"];
    static readonly string[] Desktops = ["Windows", "Macintosh", "X11", "CrOS", "Linux"];

    /// <summary>How many there are.</summary>
    public static int Count => Names.Length;

    /// <summary>The name by which it is broken down.</summary>
    public static string Name(this DeviceKind kind) => Names[(int)kind];

    /// <summary>The kind of device that a browser names itself to be on.</summary>
    public static DeviceKind Of(string? userAgent)
    {
        if (string.IsNullOrEmpty(userAgent))
            return DeviceKind.Other;
        foreach (var bot in Bots)
        {
            if (userAgent.Contains(bot, StringComparison.OrdinalIgnoreCase))
                return DeviceKind.Bot;
        }
        if (userAgent.Contains("iPad", StringComparison.Ordinal) || userAgent.Contains("Tablet", StringComparison.Ordinal))
            return DeviceKind.Tablet;
        // Android says Mobile on telephones only.
        if (userAgent.Contains("Mobi", StringComparison.Ordinal) || userAgent.Contains("iPhone", StringComparison.Ordinal))
            return DeviceKind.Mobile;
        if (userAgent.Contains("Android", StringComparison.Ordinal))
            return DeviceKind.Tablet;
        foreach (var desktop in Desktops)
        {
            if (userAgent.Contains(desktop, StringComparison.Ordinal))
                return DeviceKind.Desktop;
        }
        return DeviceKind.Other;
    }
}
