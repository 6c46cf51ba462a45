using System.Buffers;

namespace Orchestrator.Decisioning.Features;

/// <summary>
/// Computes features: exact over sliding windows, as of each event. One belongs to one lane and one thread. It decides by nothing but the events and
/// labels that it is given, in their order, so a replay of them computes the same vectors to the bit.
/// </summary>
public sealed class FeatureEngine
{
    /// <summary>Times from here on are refused; the year 9999 ends with it.</summary>
    public const long MaxTimeMs = 253_402_300_800_000;

    const int SliceBytes = 16 << 10;

    readonly KeyPartition _accounts;
    readonly KeyPartition _others;
    readonly CrossLaneKeys? _crossLane;
    readonly SharedJournal? _journal;
    readonly SnapshotWriter _snapshot;
    readonly Intake _intake;
    readonly HeldState[] _states = new HeldState[KeyKinds.Count];

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
        _journal = crossLane is null ? null : new SharedJournal(options.MaxShared, crossLane.KeepMs);
        _snapshot = new SnapshotWriter(_accounts, _journal);
        _intake = new Intake(plan);
    }

    /// <summary>What it computes.</summary>
    public FeaturePlan Plan { get; }

    /// <summary>What its vectors mean.</summary>
    public FeatureSchema Schema => Plan.Schema;

    /// <summary>Events before this are too late to be counted, Unix milliseconds; long before all events when there was none.</summary>
    public long WatermarkMs => _accounts.WatermarkMs;

    internal KeyPartition Partition => _accounts;

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
    /// An event that was observed was declined: it still counts, and is in sums of what was tried, but the account learns nothing from its amount. Later means,
    /// deviations and medians leave it out; nobody teaches an account large amounts by being refused. Other keys have many payers, and see all that is tried.
    /// To say it again changes nothing, nor does it to say it of an event that was not counted.
    /// </summary>
    /// <param name="taken">The event.</param>
    public void Declined(in FeatureEvent taken)
    {
        if (_accounts.Spaces[(int)KeyKind.Account]!.Find(taken.Account) is not { } state || state.Events.Find(taken.AtMs, taken.Tag) is not (var at and >= 0))
            return;
        var marks = state.Events[at].Marks;
        if ((marks & EventMarks.Declined) == EventMarks.None)
            state.Mark(at, marks | EventMarks.Declined);
    }

    /// <summary>
    /// What became of an event, when it is known: all its keys learn it. It is believed from the plan's delay after the event on; before, no feature shows it.
    /// </summary>
    /// <param name="labelled">The event, with the keys it was observed with.</param>
    /// <param name="isFraud">What is known. A later label replaces an earlier one.</param>
    public void Label(in FeatureEvent labelled, bool isFraud)
    {
        if (_journal is not null)
        {
            Label(labelled.Account, labelled.Id, isFraud);
            return;
        }
        foreach (var kind in KeyKinds.All)
        {
            if (labelled.Key(kind) is var key and not 0)
                _accounts.Spaces[(int)kind]?.Label(key, labelled.AtMs, labelled.Tag, isFraud);
        }
    }

    /// <summary>
    /// What became of an event of which no more is known than whose and which it was. Its account has its time, and the lane's journal its other keys; those learn it as
    /// long as the journal remembers. Looks through all of the journal, so it takes some hundred microseconds.
    /// </summary>
    /// <param name="account">The account, as the event had it.</param>
    /// <param name="transaction">The event's id.</param>
    /// <param name="isFraud">What is known. A later label replaces an earlier one.</param>
    /// <returns>False when the account does not remember the event; nothing is changed then.</returns>
    /// <exception cref="InvalidOperationException">The engine shares no keys, and so has no journal: it takes labels with their events.</exception>
    public bool Label(ulong account, ulong transaction, bool isFraud)
    {
        if (_journal is null)
            throw new InvalidOperationException("An engine that shares no keys has no journal to find an event's keys in: its labels come with their events");
        var tag = FeatureEvent.TagOf(transaction);
        var accounts = _accounts.Spaces[(int)KeyKind.Account]!;
        var state = accounts.Find(account);
        var at = state?.Events.Find(tag) ?? -1;
        accounts.Label(state, at, isFraud);
        if (at < 0)
            return false;
        var atMs = state!.Events[at].AtMs;
        // More than once where the account had forgotten it meanwhile, and it came again.
        for (var number = _journal.Find(tag, atMs, _journal.End); number >= 0; number = _journal.Find(tag, atMs, number))
        {
            var marks = _journal[number].Marks;
            _journal.Mark(number, isFraud ? marks | EventMarks.Fraud : marks & ~EventMarks.Fraud);
            _crossLane!.Mark(_journal[number], tag, isFraud);
        }
        return true;
    }

    /// <summary>What it holds, shared keys not included. Looks at every key: for figures now and then, not for each event.</summary>
    public FeatureEngineReport Report() => _accounts.Report() with
    {
        Shared = _journal is null ? null : new SharedEventsReport(_journal.Count, _journal.Bytes, _journal.Overflowed),
    };

    /// <summary>
    /// A snapshot of the state as it is now begins: of its own keys, and of what it has brought to shared ones. One that was begun before and is not finished is given
    /// up. What it takes is told by <see cref="Snapshot(IBufferWriter{byte})"/>; this takes a microsecond.
    /// </summary>
    public void BeginSnapshot() => _snapshot.Begin();

    /// <summary>
    /// Writes the next slice, some 16 KB, as the state was when the snapshot began, though events and labels go on between slices. A key is not divided: one with
    /// very many events makes a larger slice.
    /// </summary>
    /// <returns>Whether there is more.</returns>
    /// <exception cref="InvalidOperationException">No snapshot was begun.</exception>
    public bool Snapshot(IBufferWriter<byte> writer) => Snapshot(writer, SliceBytes);

    internal bool Snapshot(IBufferWriter<byte> writer, int bytes) => _snapshot.WriteSlice(writer, bytes);

    /// <summary>The snapshot that was begun comes to nothing.</summary>
    public void GiveUpSnapshot() => _snapshot.GiveUp();

    /// <summary>
    /// Reads what the slices of a snapshot hold together, and no byte after it, into an engine that has seen nothing yet. What its lane had brought to shared keys it
    /// brings again: those have it then as if the process had never stopped.
    /// </summary>
    /// <exception cref="InvalidDataException">The bytes are not a snapshot of this plan, or are damaged. The engine is of no use then; shared keys are untouched.</exception>
    public void Restore(Stream snapshot)
    {
        PartitionSnapshot.Read(_accounts, _journal, snapshot);
        if (_journal is not null)
            _crossLane!.Play(_journal, _accounts.NewestMs);
    }

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
        var marks = sight.Marks & (EventMarks.High | EventMarks.VeryHigh);
        var isFresh = sight.IsFresh;
        var isShared = false;
        var isNewlyShared = false;

        for (var kind = 1; kind < KeyKinds.Count; kind++)
        {
            if (Spaces(kind) is not { } keys)
                continue;
            if (_states[kind].State is { } state)
            {
                sight = default;
                _intake.Take(keys, state, taken, marks, _others.WatermarkMs, ref sight);
                VectorWriter.Key(keys.Plan, taken, sight, vector);
                isShared |= !sight.IsTooLate;
                isNewlyShared |= sight.IsFresh;
            }
            else
            {
                VectorWriter.Absent(keys.Plan, vector);
            }
            keys.Sweep(_others.WatermarkMs);
        }
        account.Sweep(_accounts.WatermarkMs);
        _accounts.Advance(taken);
        if (_journal is null)
            return observation;
        _others.Advance(taken);
        // Shared keys may know it though it is new to the lane: from when this process had the lane before.
        if (isNewlyShared || (isFresh && isShared))
            _journal.Add(taken, marks, _accounts.WatermarkMs);
        return observation;
    }

    KeySpace? Spaces(int kind) => kind == (int)KeyKind.Account ? _accounts.Spaces[kind] : _others.Spaces[kind];

    // Storing into an array of objects would look at the object, which is not near yet; storing a struct around it does not.
    struct HeldState
    {
        public KeyState? State;
    }
}
