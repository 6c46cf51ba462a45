using Orchestrator.Sagas.Machines;

namespace Orchestrator.Api.Sagas;

/// <summary>The machines of the kinds of sagas, by name. Another kind is one more entry here.</summary>
/// <param name="Maps">The machines.</param>
sealed record SagaMachines(IReadOnlyDictionary<string, MachineMap> Maps)
{
    /// <summary>The kind of transactions' sagas.</summary>
    public const string Transaction = "transaction";

    /// <summary>The kind of accounts' sagas.</summary>
    public const string Account = "account";
}
