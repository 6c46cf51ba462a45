using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Sagas.AccountSagas;

/// <summary>
/// Says whether an identity is another customer's, and takes it for this one if it is nobody's. Lanes are those of accounts, so two may come with the same
/// identity at once: the key of the table lets one in, and the other's unit is run again, and finds the first.
/// </summary>
sealed class IdentitiesProcessor(NpgsqlDataSource database) : LaneProcessor
{
    readonly Dictionary<string, string> _owners = new(StringComparer.Ordinal);
    readonly List<Claim> _claims = [];

    /// <inheritdoc />
    public override bool KnowsDuplicates => true;

    /// <inheritdoc />
    public override bool Guessed => _claims.Count > 0;

    /// <inheritdoc />
    public override async ValueTask PrepareAsync(IReadOnlyList<LaneMessage> messages, CancellationToken cancellationToken)
    {
        Forget();
        var asked = messages.Select(m => m.Body).OfType<CheckIdentity>().SelectMany(c => c.Fingerprints).Distinct(StringComparer.Ordinal).ToArray();
        if (asked.Length == 0)
            return;
        await using var command = database.CreateCommand("select encode(fingerprint, 'hex'), customer_id from sagas.identity where fingerprint = any($1)");
        command.Parameters.Add(PgArray.Column(asked, NpgsqlDbType.Bytea, f => Convert.FromHexString(f)));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            _owners[rows.GetString(0)] = rows.GetString(1);
    }

    /// <inheritdoc />
    public override ValueTask HandleAsync(LaneMessage message, UnitOfWork work, CancellationToken cancellationToken)
    {
        if (message.Body is not CheckIdentity asked)
            return ValueTask.CompletedTask;
        var others = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var fingerprint in asked.Fingerprints.Distinct(StringComparer.Ordinal))
        {
            if (_owners.TryAdd(fingerprint, asked.CustomerId))
                _claims.Add(new Claim(fingerprint, asked.CustomerId, asked.AccountId));
            else if (!string.Equals(_owners[fingerprint], asked.CustomerId, StringComparison.Ordinal))
                others.Add(_owners[fingerprint]);
        }
        work.Publish(new IdentityChecked(asked.AccountId, asked.CustomerId, [.. others]));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public override void Complete(UnitOfWork work)
    {
        if (_claims.Count == 0)
            return;
        // Other lanes may write the same row, so the command is not merged with theirs.
        work.Write(new NpgsqlBatchCommand("insert into sagas.identity (claimed_at, fingerprint, customer_id, account_id) select $4, f, c, a from unnest($1, $2, $3) as n (f, c, a)")
        {
            Parameters =
            {
                PgArray.Column(_claims, NpgsqlDbType.Bytea, c => Convert.FromHexString(c.Fingerprint)),
                PgArray.Column(_claims, NpgsqlDbType.Text, c => c.CustomerId),
                PgArray.Column(_claims, NpgsqlDbType.Text, c => c.AccountId),
                Statements.Of(work.Now),
            },
        }, _claims.Count);
    }

    /// <inheritdoc />
    public override void Committed() => Forget();

    /// <inheritdoc />
    public override void RolledBack() => Forget();

    void Forget()
    {
        _owners.Clear();
        _claims.Clear();
    }

    sealed record Claim(string Fingerprint, string CustomerId, string AccountId);
}
