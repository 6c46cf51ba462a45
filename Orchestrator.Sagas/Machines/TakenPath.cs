using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Sagas.Machines;

/// <summary>The way that a transaction took through its machine, as its timeline tells it. Pure.</summary>
public static class TakenPath
{
    /// <summary>The states that it was in, in order, from the initial one to that in which it is.</summary>
    public static IReadOnlyList<string> Of(TransactionSaga saga, MachineMap map)
    {
        var names = map.States.ToDictionary(s => s.Name, s => s.Name, StringComparer.OrdinalIgnoreCase);
        var path = new List<string> { map.States[0].Name };
        var heardBefore = false;
        foreach (var entry in saga.Timeline)
        {
            if (entry.Why is "again")
                continue;
            var state = entry.What switch
            {
                // What was heard of before its submission has waited for it, and goes on from there.
                "submitted" => heardBefore ? null : "Assessing",
                "assessed" or "cancel_requested" when path.Count == 1 => "AwaitingSubmission",
                "placing_hold" => "Holding",
                "releasing_hold" => "Releasing",
                // All others that begin a state have its name.
                var what => names.GetValueOrDefault(what.Replace("_", "", StringComparison.Ordinal)),
            };
            heardBefore |= state == "AwaitingSubmission";
            if (state is not null && state != path[^1])
                path.Add(state);
        }
        if (path[^1] != saga.CurrentState)
            path.Add(saga.CurrentState);
        return path;
    }
}
