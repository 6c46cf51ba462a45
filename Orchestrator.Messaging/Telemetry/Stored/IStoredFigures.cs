namespace Orchestrator.Messaging.Telemetry.Stored;

/// <summary>
/// Figures of what is stored, by a query that is cheap however much is stored: by an index, bounded, or an estimate. Taken now and then in the background
/// (<see cref="FigureKeeper"/>), never when metrics are scraped. Every process takes the same ones of the same database: whoever shows them takes the maximum.
/// </summary>
public interface IStoredFigures
{
    /// <summary>Names the look, in the log and in <c>orchestrator.figures.age</c>.</summary>
    string Name { get; }

    /// <summary>What is shown of it.</summary>
    IReadOnlyList<StoredGauge> Gauges { get; }

    /// <summary>How many times the interval there is between two looks. Default 1; more for a query that costs more.</summary>
    int Every => 1;

    /// <summary>Takes them.</summary>
    Task<IReadOnlyList<StoredFigure>> TakeAsync(CancellationToken cancellationToken);
}

/// <summary>One gauge.</summary>
/// <param name="Name">The instrument's name.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Description">What it says.</param>
public sealed record StoredGauge(string Name, string Unit, string Description);

/// <summary>One value of a gauge.</summary>
/// <param name="Gauge">Which gauge.</param>
/// <param name="Value">The value.</param>
/// <param name="Tags">Its labels: names of groups, states, queues; never whom something happens to.</param>
public readonly record struct StoredFigure(string Gauge, double Value, params KeyValuePair<string, object?>[] Tags);
