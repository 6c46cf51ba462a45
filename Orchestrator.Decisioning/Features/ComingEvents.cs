namespace Orchestrator.Decisioning.Features;

/// <summary>
/// Events that are known to come: with each that is added, the ones before take one more step towards what they will look at, so that no step waits for the one before.
/// </summary>
sealed class ComingEvents(KeyPartition accounts, KeyPartition others)
{
    /// <summary>How many events ahead one is to be added: the place in the table, the state, what it leads to, the ends of its windows.</summary>
    public const int Steps = 4;

    readonly FeatureEvent[] _events = new FeatureEvent[Steps];
    readonly HeldState[] _states = new HeldState[Steps * KeyKinds.Count];
    int _next;

    /// <summary>Adds one.</summary>
    public void Expect(in FeatureEvent coming)
    {
        _events[_next] = coming;
        for (var kind = 0; kind < KeyKinds.Count; kind++)
        {
            Spaces(kind)?.Ask(coming.Key((KeyKind)kind));
            var key = _events[Back(1)].Key((KeyKind)kind);
            State(1, kind) = key == 0 ? null : Spaces(kind)?.Look(key);
            State(2, kind)?.AskForParts();
            State(3, kind)?.AskForWindows();
        }
        _next = (_next + 1) % Steps;
    }

    int Back(int steps) => (_next + Steps - steps) % Steps;

    ref KeyState? State(int steps, int kind) => ref _states[(Back(steps) * KeyKinds.Count) + kind].State;

    KeySpace? Spaces(int kind) => (kind == (int)KeyKind.Account ? accounts : others).Spaces[kind];
}

/// <summary>A state in an array. Storing into an array of objects would look at the object, which may be far away; storing a struct around it does not.</summary>
struct HeldState
{
    public KeyState? State;
}
