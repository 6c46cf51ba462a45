using Npgsql;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Lanes;
using Orchestrator.Ledger.Storage;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Ledger.Projections;

/// <summary>
/// Folds one lane's events into one generation of a projection. It knows of each account which version is folded: an event that is folded already is
/// dropped, one that comes too early brings those before it along from the store.
/// <para>
/// An account that is not in memory is taken to be at the version before the event that comes: it nearly always is. The commit refuses the unit when it is
/// not, and then it is looked up. After a unit with duplicates or gaps (a rebuild that meets what it has copied) the next one looks up at once.
/// </para>
/// </summary>
sealed class ProjectionProcessor(Projection projection, string schema, int partition, NpgsqlDataSource database, int cachedAccounts) : LaneProcessor
{
    readonly RecencyCache<string, long> _folded = new(cachedAccounts);
    readonly Dictionary<string, FoldedAccount> _moved = new(StringComparer.Ordinal);
    readonly List<LedgerEventRecorded> _events = [];
    bool _mayGuess;
    bool _guessed;
    bool _surprised;

    /// <inheritdoc />
    public override bool KnowsDuplicates => true;

    /// <inheritdoc />
    public override bool Guessed => _guessed;

    /// <inheritdoc />
    public override async ValueTask PrepareAsync(IReadOnlyList<LaneMessage> messages, CancellationToken cancellationToken)
    {
        EndUnit();
        var coming = messages.Select(m => m.Body).OfType<LedgerEventRecorded>().ToList();
        var unknown = coming.Select(e => e.AccountId).Where(id => !_folded.TryGet(id, out _)).ToHashSet(StringComparer.Ordinal);
        if (unknown.Count > 0 && _mayGuess)
        {
            _guessed = true;
            foreach (var e in coming.Where(e => unknown.Remove(e.AccountId)))
                _folded.Set(e.AccountId, e.Version - 1);
        }
        else if (unknown.Count > 0)
        {
            var versions = await FoldedVersions.ReadAsync(database, schema, unknown, cancellationToken);
            foreach (var id in unknown)
                _folded.Set(id, versions.GetValueOrDefault(id));
        }
        foreach (var e in coming)
            await TakeAsync(e, cancellationToken);
    }

    /// <inheritdoc />
    public override ValueTask HandleAsync(LaneMessage message, UnitOfWork work, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc />
    public override void Complete(UnitOfWork work)
    {
        if (_events.Count == 0)
            return;
        FoldedVersions.Move(work, schema, [.. _moved.Values]);
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
        foreach (var (id, account) in _moved)
            _folded.Set(id, account.To);
        _mayGuess = !_surprised;
        EndUnit();
        _folded.Trim();
    }

    /// <inheritdoc />
    public override void RolledBack()
    {
        _mayGuess = false;
        _folded.Clear();
        _moved.Clear();
        _events.Clear();
    }

    async ValueTask TakeAsync(LedgerEventRecorded e, CancellationToken cancellationToken)
    {
        var moved = _moved.TryGetValue(e.AccountId, out var before);
        var from = moved ? before.From : Folded(e.AccountId);
        var at = moved ? before.To : from;
        if (e.Version <= at)
        {
            _surprised = true;
            return;
        }
        if (e.Version > at + 1)
        {
            _surprised = true;
            _events.AddRange(await StoredEvents.BetweenAsync(database, e.AccountId, at + 1, e.Version - 1, cancellationToken));
        }
        _events.Add(e);
        _moved[e.AccountId] = new FoldedAccount(e.AccountId, from, e.Version);
    }

    long Folded(string accountId) =>
        _folded.TryGet(accountId, out var version) ? version : throw new InvalidOperationException("the account was not read before its event was handled");

    void EndUnit()
    {
        _moved.Clear();
        _events.Clear();
        _guessed = false;
        _surprised = false;
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
