using Orchestrator.Sagas.AccountSagas;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Sagas.Machines;

/// <summary>The way that a transaction or an account took through its machine, as its timeline tells it. Pure.</summary>
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

    /// <summary>The states that an account was in, as far as its timeline names them, from the initial one to that in which it is.</summary>
    public static IReadOnlyList<string> Of(AccountSaga saga, MachineMap map)
    {
        var names = map.States.ToDictionary(s => s.Name, s => s.Name, StringComparer.OrdinalIgnoreCase);
        var path = new List<string> { map.States[0].Name };
        foreach (var entry in saga.Timeline)
        {
            var state = entry.What switch
            {
                "requested" => "Checking",
                "opened" => "Open",
                var what => names.GetValueOrDefault(what.Replace("_", "", StringComparison.Ordinal)),
            };
            if (state is not null && state != path[^1] && map.Leads(path[^1], state))
                path.Add(state);
        }
        if (path[^1] != saga.CurrentState)
            path.Add(saga.CurrentState);
        return path;
    }
}
