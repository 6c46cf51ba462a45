using System.Globalization;
using System.Text;

namespace Orchestrator.Tests.Sagas;

/// <summary>What a machine does with a message in a state, as rows of a table and edges of a picture.</summary>
sealed class MachineRows
{
    readonly StringBuilder _rows = new();
    readonly List<string> _edges = [];

    /// <summary>The rows of the table, in Markdown.</summary>
    public string Rows => _rows.ToString();

    /// <summary>The edges of the picture, in Mermaid, each once.</summary>
    public string Edges => string.Concat(_edges).Replace("Initial", "[*]", StringComparison.Ordinal);

    /// <summary>Adds what was seen.</summary>
    public void Add(string situation, string message, string from, string to, IEnumerable<object> published, string notes)
    {
        _rows.Append(CultureInfo.InvariantCulture, $"| {situation} | {message} | {to} | {string.Join(", ", published.Select(Name))} | {notes} |\n");
        var edge = $"    {from} --> {to}: {message.Split(':')[0]}\n";
        if (from != to && !_edges.Contains(edge))
            _edges.Add(edge);
    }

    static string Name(object message) => message is Contracts.Alerts.AlertRaised alert ? $"AlertRaised: {alert.Kind}" : message.GetType().Name;
}
