using Npgsql;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Storage;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Ledger.Projections;

/// <summary>
/// Folds one lane's events into one generation of a projection. The ledger numbers the events of a lane without a gap, so one number says what is folded:
/// an event up to it is dropped, one behind a gap brings what is missing along from the store. What is missing because its account has a parked message is
/// passed over, remembered, and folded when it comes.
/// </summary>
sealed class ProjectionProcessor(Projection projection, string schema, int partition, NpgsqlDataSource database) : LaneProcessor
{
    readonly List<LedgerEventRecorded> _events = [];
    readonly List<StoredPlace> _passedOver = [];
    readonly List<long> _came = [];
    HashSet<long> _waiting = [];
    bool _isKnown;
    long _stored;
    long _folded;
    DateTimeOffset _foldedAt;

    /// <inheritdoc />
    public override bool KnowsDuplicates => true;

    /// <inheritdoc />
    public override async ValueTask PrepareAsync(IReadOnlyList<LaneMessage> messages, CancellationToken cancellationToken)
    {
        if (_isKnown)
            return;
        (_stored, _waiting) = await LaneMarks.ReadAsync(database, schema, partition, cancellationToken);
        _folded = _stored;
        _isKnown = true;
    }

    /// <inheritdoc />
    public override async ValueTask HandleAsync(LaneMessage message, UnitOfWork work, CancellationToken cancellationToken)
    {
        if (message.Body is not LedgerEventRecorded e)
            return;
        if (e.LaneSequence is null && await StoredEvents.PlaceAsync(database, e.AccountId, e.Version, cancellationToken) is { } place)
            e = e with { Lane = place.Lane, LaneSequence = place.Sequence };
        // One that has no number in the store either is older than all numbers, and was copied when the generation began.
        if (e.LaneSequence is not { } sequence)
            return;
        if (e.Lane != partition)
            throw new InvalidOperationException($"an event of lane {e.Lane} came on the partition of lane {partition}");
        if (sequence > _folded + 1)
            await FillAsync(_folded + 1, sequence - 1, work, cancellationToken);
        if (sequence > _folded)
            (_folded, _foldedAt) = (sequence, e.RecordedAt);
        else if (_waiting.Remove(sequence))
            _came.Add(sequence);
        else
            return;
        _events.Add(e);
    }

    /// <inheritdoc />
    public override void Complete(UnitOfWork work)
    {
        if (_folded > _stored)
            LaneMarks.Move(work, schema, partition, _stored, _folded, _foldedAt);
        if (_passedOver.Count > 0)
            LaneMarks.Wait(work, schema, partition, _passedOver);
        if (_came.Count > 0)
            LaneMarks.Came(work, schema, partition, _came);
        if (_events.Count == 0)
            return;
        foreach (var command in projection.Fold(schema, partition, _events))
        {
            if (IsRows(command))
                work.WriteRows(command);
            else
                work.Write(command);
        }
    }

    /// <inheritdoc />
    public override void Committed()
    {
        _stored = _folded;
        foreach (var place in _passedOver)
            _waiting.Add(place.Sequence);
        EndUnit();
    }

    /// <inheritdoc />
    public override void RolledBack()
    {
        _isKnown = false;
        EndUnit();
    }

    void EndUnit()
    {
        _events.Clear();
        _passedOver.Clear();
        _came.Clear();
    }

    async Task FillAsync(long from, long to, UnitOfWork work, CancellationToken cancellationToken)
    {
        var places = await StoredEvents.PlacesAsync(database, partition, from, to, cancellationToken);
        var waits = places.ToLookup(p => work.IsWaiting(p.AccountId));
        _passedOver.AddRange(waits[true]);
        _events.AddRange(await StoredEvents.AtAsync(database, [.. waits[false]], cancellationToken));
        _folded = to;
    }

    // Columns of rows: then the rows of other lanes may be added to them.
    static bool IsRows(NpgsqlBatchCommand command)
    {
        var length = -1;
        foreach (NpgsqlParameter parameter in command.Parameters)
        {
            if (parameter.Value is not Array array || array is byte[] || (length >= 0 && array.Length != length))
                return false;
            length = array.Length;
        }
        return length >= 0;
    }
}
