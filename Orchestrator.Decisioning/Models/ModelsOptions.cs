using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Decisioning.Models;

/// <summary>How a process follows the models in force; section <c>Decisioning:Models</c>. Validated at start.</summary>
public sealed class ModelsOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Decisioning:Models";

    /// <summary>How often it is asked whether other models are in force, milliseconds.</summary>
    [Range(50, 60_000)]
    public int PollMs { get; init; } = 1_000;

    /// <summary>A file with a model whose score counts while none is live; none by default.</summary>
    public string? File { get; init; }
}
