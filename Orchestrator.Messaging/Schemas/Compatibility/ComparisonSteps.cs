namespace Orchestrator.Messaging.Schemas.Compatibility;

/// <summary>How much a comparison may have to do: with alternatives within alternatives, a short text could keep it busy for ever.</summary>
sealed class ComparisonSteps
{
    /// <summary>What an alternative costs that is put together to be tried.</summary>
    public const int Alternative = 200;

    const int Most = 2_000_000;

    int _taken;

    /// <summary>Counts what is done next.</summary>
    /// <exception cref="SchemaException">It is too much.</exception>
    public void Take(int steps = 1)
    {
        _taken += steps;
        if (_taken > Most)
            throw new SchemaException("too_complex", "the schemas have too many alternatives within alternatives to be compared");
    }
}
