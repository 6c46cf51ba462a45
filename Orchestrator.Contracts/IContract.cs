namespace Orchestrator.Contracts;

/// <summary>A message that crosses a topic.</summary>
public interface IContract
{
    /// <summary>Adds an error to <paramref name="errors"/> for everything that the shape alone cannot refuse: ranges, formats, lengths.</summary>
    void Validate(ContractErrors errors);
}
