namespace Orchestrator.Activity.Funnels;

/// <summary>A way that visitors may go, step by step. Section <c>Activity:Funnels</c>.</summary>
public sealed class FunnelOptions
{
    /// <summary>Its name: 1 to 64 letters, digits and <c>. _ -</c>.</summary>
    public string Name { get; set; } = "";

    /// <summary>Within how many minutes of the first step the others count: 1 to 10,080 (a week). Default 60.</summary>
    public int WindowMinutes { get; set; } = 60;

    /// <summary>
    /// Its steps in order, 1 to 16: each a page (<c>/cart</c>), the beginning of one (<c>/product/*</c>), or a custom event's name (<c>event:login</c>).
    /// </summary>
    public IList<string> Steps { get; } = [];
}
