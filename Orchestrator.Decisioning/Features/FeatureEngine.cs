namespace Orchestrator.Decisioning.Features;

/// <summary>
/// Computes features: exact over sliding windows, as of each event. One belongs to one lane and one thread. It decides by nothing but the events and
/// labels that it is given, in their order, so a replay of them computes the same vectors to the bit.
/// </summary>
public sealed class FeatureEngine
{
    /// <summary>Times from here on are refused; the year 9999 ends with it.</summary>
    public const long MaxTimeMs = 253_402_300_800_000;

    /// <summary>How many events before it is observed one is to be expected.</summary>
    public const int ExpectAhead = ComingEvents.Steps;

    readonly KeyPartition _accounts;
    readonly KeyPartition _others;
    readonly CrossLaneKeys? _crossLane;
    readonly Intake _intake;
    readonly HeldState[] _states = new HeldState[KeyKinds.Count];
    readonly ComingEvents _coming;

    /// <summary>An engine with no memory yet.</summary>
    /// <param name="plan">What it computes.</param>
    /// <param name="options">Its bounds.</param>
    /// <param name="store">Where idle keys go; null to forget them.</param>
    /// <param name="crossLane">Keys that lanes share; null when the engine is alone and has its own.</param>
    public FeatureEngine(FeaturePlan plan, FeatureEngineOptions? options = null, IKeyStateStore? store = null, CrossLaneKeys? crossLane = null)
    {
        options ??= new FeatureEngineOptions();
        if (crossLane is not null && crossLane.Partition.Plan != plan)
            throw new ArgumentException("Keys that lanes share have the plan of the lanes", nameof(crossLane));
        Plan = plan;
        _crossLane = crossLane;
        _accounts = new KeyPartition(plan, crossLane is null ? KeyKinds.All : [KeyKind.Account], options, store);
        _others = crossLane?.Partition ?? _accounts;
        _intake = new Intake(plan, crossLane?.Partition.Options ?? options);
        _coming = new ComingEvents(_accounts, _others);
    }

    /// <summary>What it computes.</summary>
    public FeaturePlan Plan { get; }

    /// <summary>What its vectors mean.</summary>
    public FeatureSchema Schema => Plan.Schema;

    internal KeyPartition Partition => _accounts;

    /// <summary>
    /// Says what will be observed <see cref="ExpectAhead"/> events from now on, for a lane that has read so far ahead: its memory is near then. It is a hint and
    /// changes no result; an event that then does not come, or that comes without it, is no mistake.
    /// </summary>
    public void Expect(in FeatureEvent coming)
    {
        if (_crossLane is null)
        {
            _coming.Expect(coming);
            return;
        }
        lock (_crossLane.Gate)
            _coming.Expect(coming);
    }

    /// <summary>
    /// Counts an event and writes its vector. An event that had come before is not counted again and gives the vector of its own place; so does one that is
    /// too late. What is older than the watermark is seen as far back as is remembered. Nothing is allocated for keys that are known and have stopped growing.
    /// </summary>
    /// <param name="taken">The event.</param>
    /// <param name="supplied">The values of <see cref="Measure.Supplied"/> features in the catalogue's order, or fewer; those that lack are missing.</param>
    /// <param name="vector">Receives the vector.</param>
    public Observation Observe(in FeatureEvent taken, ReadOnlySpan<float> supplied, Span<float> vector)
    {
        if (taken.Account == 0 || taken.AtMs is < 0 or >= MaxTimeMs || taken.Amount < 0)
            throw new ArgumentException("An event has an account, a time from 1970 to 9999, and an amount that is not negative", nameof(taken));
        if (vector.Length < Schema.Length)
            throw new ArgumentException($"A vector has {Schema.Length} numbers", nameof(vector));

        VectorWriter.Moments(Plan, taken, supplied, vector);
        if (_crossLane is null)
            return Take(taken, vector);
        lock (_crossLane.Gate)
            return Take(taken, vector);
    }

    /// <summary>
    /// What became of an event, when it is known: all its keys learn it. It is believed from the plan's delay after the event on; before, no feature shows it.
    /// </summary>
    /// <param name="labelled">The event, with the keys it was observed with.</param>
    /// <param name="isFraud">What is known. A later label replaces an earlier one.</param>
    public void Label(in FeatureEvent labelled, bool isFraud)
    {
        foreach (var kind in KeyKinds.All)
        {
            if (labelled.Key(kind) is var key and not 0)
                Label(kind, key, labelled, isFraud);
        }
    }

    /// <summary>What it holds, shared keys not included. Looks at every key: for figures now and then, not for each event.</summary>
    public FeatureEngineReport Report() => _accounts.Report();

    /// <summary>Writes all of its state, shared keys not included.</summary>
    public void Save(Stream stream) => PartitionSnapshot.Write(_accounts, stream);

    /// <summary>Reads what <see cref="Save"/> wrote into an engine that has seen nothing yet.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a snapshot of this plan, or are damaged. The engine is of no use then.</exception>
    public void Restore(Stream stream) => PartitionSnapshot.Read(_accounts, stream);

    Observation Take(in FeatureEvent taken, Span<float> vector)
    {
        // A month of all keys lies in no cache. What all keys of the event will look at is asked for first, step by step, so that the processor waits for all of it at
        // the same time and not for one key after the other.
        for (var kind = 0; kind < KeyKinds.Count; kind++)
            Spaces(kind)?.Ask(taken.Key((KeyKind)kind));
        for (var kind = 0; kind < KeyKinds.Count; kind++)
        {
            var key = taken.Key((KeyKind)kind);
            var watermarkMs = kind == (int)KeyKind.Account ? _accounts.WatermarkMs : _others.WatermarkMs;
            _states[kind].State = key == 0 ? null : Spaces(kind)?.Touch(key, taken.AtMs, watermarkMs);
        }
        foreach (ref readonly var held in _states.AsSpan())
            held.State?.AskForParts();
        foreach (ref readonly var held in _states.AsSpan())
            held.State?.AskForWindows();
        var sight = default(Sight);
        var account = _accounts.Spaces[(int)KeyKind.Account]!;
        _intake.Take(account, _states[0].State!, taken, EventMarks.None, _accounts.WatermarkMs, ref sight);
        VectorWriter.Account(account.Plan, taken, sight, vector);
        var observation = new Observation(sight.IsDuplicate, sight.IsLate, sight.IsTooLate);
        var marks = sight.Marks & ~EventMarks.Fraud;

        for (var kind = 1; kind < KeyKinds.Count; kind++)
        {
            if (Spaces(kind) is not { } keys)
                continue;
            if (_states[kind].State is { } state)
            {
                sight = default;
                _intake.Take(keys, state, taken, marks, _others.WatermarkMs, ref sight);
                VectorWriter.Key(keys.Plan, taken, sight, vector);
            }
            else
            {
                VectorWriter.Absent(keys.Plan, vector);
            }
            keys.Sweep(_others.WatermarkMs);
        }
        account.Sweep(_accounts.WatermarkMs);
        _accounts.Advance(taken);
        if (_crossLane is not null)
            _others.Advance(taken);
        return observation;
    }

    void Label(KeyKind kind, ulong key, in FeatureEvent labelled, bool isFraud)
    {
        if (Spaces((int)kind) is not { } keys)
            return;
        if (kind != KeyKind.Account && _crossLane is not null)
        {
            lock (_crossLane.Gate)
                Mark(keys, key, labelled, isFraud);
        }
        else
        {
            Mark(keys, key, labelled, isFraud);
        }
    }

    static void Mark(KeySpace keys, ulong key, in FeatureEvent labelled, bool isFraud)
    {
        var state = keys.Find(key);
        var at = state?.Events.Find(labelled.AtMs, labelled.Tag) ?? -1;
        if (at < 0)
        {
            keys.Counts.LabelsUnmatched++;
            return;
        }
        var marks = state!.Events[at].Marks;
        state.Mark(at, isFraud ? marks | EventMarks.Fraud : marks & ~EventMarks.Fraud);
        keys.Counts.Labels++;
    }

    KeySpace? Spaces(int kind) => kind == (int)KeyKind.Account ? _accounts.Spaces[kind] : _others.Spaces[kind];
}
