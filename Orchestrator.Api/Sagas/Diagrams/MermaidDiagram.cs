using System.Text;

namespace Orchestrator.Api.Sagas.Diagrams;

/// <summary>A machine as text that Mermaid draws.</summary>
static class MermaidDiagram
{
    /// <summary>Writes it.</summary>
    public static string Draw(MachineDrawing drawing)
    {
        var text = new StringBuilder("---\n").Append("title: ").Append(Plain(drawing.Title)).Append("\n---\nstateDiagram-v2\n");
        var initial = drawing.Map.States.Where(s => s.IsInitial).Select(s => s.Name).FirstOrDefault();
        foreach (var arrow in drawing.Arrows)
        {
            text.Append("    ").Append(arrow.From == initial ? "[*]" : arrow.From).Append(" --> ").Append(arrow.To).Append(": ")
                .AppendJoin(", ", arrow.On.Select(Plain)).Append('\n');
        }
        foreach (var end in drawing.Map.States.Where(s => s.IsEnd))
            text.Append("    ").Append(end.Name).Append(" --> [*]\n");
        text.Append("    classDef taken fill:#dbe9ff,stroke:#0b57c9,color:#10203a\n");
        text.Append("    classDef current fill:#ffd666,stroke:#7a4b00,color:#2b1a00,stroke-width:3px\n");
        foreach (var state in drawing.Path.Where(s => s != initial && s != drawing.Current).Distinct(StringComparer.Ordinal))
            text.Append("    class ").Append(state).Append(" taken\n");
        if (drawing.Current is not null && drawing.Current != initial)
            text.Append("    class ").Append(drawing.Current).Append(" current\n");
        return text.ToString();
    }

    // Signs that mean something to Mermaid or end a line are no part of a name.
    static string Plain(string text) => string.Concat(text.Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_' or ','));
}
