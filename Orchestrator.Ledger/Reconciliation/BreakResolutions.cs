using Npgsql;

namespace Orchestrator.Ledger.Reconciliation;

/// <summary>What became of a decision about a break.</summary>
public enum ResolutionOutcome
{
    /// <summary>It is recorded.</summary>
    Resolved,

    /// <summary>The same was decided before.</summary>
    Repeated,

    /// <summary>There is no such line.</summary>
    NotFound,

    /// <summary>It is no break, or not any more: matched since, or decided otherwise.</summary>
    NotOpen,

    /// <summary>The posting is matched with another line.</summary>
    PostingMatched,

    /// <summary>No posting against settlement has this account and version.</summary>
    NoSuchPosting,

    /// <summary>What the statement lacks has its posting: it can only be accepted.</summary>
    PostingNotExpected,
}

/// <summary>The event that a posting is.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="Version">The account's version that it made.</param>
public sealed record PostingId(string AccountId, long Version);

/// <summary>A person's decision about a break.</summary>
/// <param name="StatementId">The statement.</param>
/// <param name="Line">The break's number.</param>
/// <param name="Reason">Why.</param>
/// <param name="Posting">The posting that it matches; null to accept the break as it is.</param>
/// <param name="By">Who decides.</param>
public sealed record BreakResolution(Guid StatementId, int Line, string Reason, PostingId? Posting, string By);

/// <summary>Records decisions about breaks. A decision is final: nothing is edited.</summary>
public sealed class BreakResolutions(NpgsqlDataSource database, TimeProvider time)
{
    const string Find = """
        select l.open, l.status, l.account_id, l.version, r.reason, r.account_id, r.version
        from ledger.external_line_state l left join ledger.external_resolution r on r.statement_id = l.statement_id and r.line = l.line
        where l.statement_id = $1 and l.line = $2
        """;

    const string IsPosting = """
        select exists (select from ledger.event e where e.account_id = $1 and e.version = $2
            and e.contra_account_id >= 'settlement:' and e.contra_account_id < 'settlement;' and e.type in (5, 6))
        """;

    const string Match = """
        insert into ledger.external_match (statement_id, line, account_id, version, rule, matched_at) values ($1, $2, $3, $4, $5, $6)
        on conflict (account_id, version) do nothing
        """;

    const string Resolve = """
        insert into ledger.external_resolution (statement_id, line, account_id, version, reason, resolved_by, resolved_at) values ($1, $2, $3, $4, $5, $6, $7)
        """;

    /// <summary>Records <paramref name="resolution"/>; the same again changes nothing.</summary>
    public async Task<ResolutionOutcome> ResolveAsync(BreakResolution resolution, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Takes turns with imports, so that what is open now is open at the commit.
        await ExecuteAsync(connection, StatementSql.Lock, cancellationToken);
        if (await FindAsync(connection, resolution, cancellationToken) is not { } line)
            return ResolutionOutcome.NotFound;
        if (!line.Open)
        {
            return string.Equals(line.Reason, resolution.Reason, StringComparison.Ordinal) && line.Decided == resolution.Posting
                ? ResolutionOutcome.Repeated
                : ResolutionOutcome.NotOpen;
        }
        if (await MatchAsync(connection, line, resolution, cancellationToken) is { } refused)
            return refused;
        await ExecuteAsync(
            connection, Resolve, cancellationToken, Of(resolution.StatementId), Of(resolution.Line), Text(resolution.Posting?.AccountId),
            new NpgsqlParameter<long?> { TypedValue = resolution.Posting?.Version }, Of(resolution.Reason), Of(resolution.By), Of(Now));
        await transaction.CommitAsync(cancellationToken);
        return ResolutionOutcome.Resolved;
    }

    DateTimeOffset Now => Instants.Stored(time.GetUtcNow());

    async Task<ResolutionOutcome?> MatchAsync(NpgsqlConnection connection, Found line, BreakResolution resolution, CancellationToken cancellationToken)
    {
        if (resolution.Posting is not { } posting)
        {
            // Who accepts a difference accepts that line and posting belong together, unless another line has taken the posting.
            if (line is { Status: "amount_differs" or "currency_differs", Named: { } named })
                await AddAsync(named, "accepted");
            return null;
        }
        if (line.Status is "missing_in_statement")
            return ResolutionOutcome.PostingNotExpected;
        await using (var command = new NpgsqlCommand(IsPosting, connection) { Parameters = { Of(posting.AccountId), Of(posting.Version) } })
        {
            if (!(bool)(await command.ExecuteScalarAsync(cancellationToken))!)
                return ResolutionOutcome.NoSuchPosting;
        }
        return await AddAsync(posting, "by_hand") == 0 ? ResolutionOutcome.PostingMatched : null;

        Task<int> AddAsync(PostingId id, string rule) => ExecuteAsync(
            connection, Match, cancellationToken, Of(resolution.StatementId), Of(resolution.Line), Of(id.AccountId), Of(id.Version), Of(rule), Of(Now));
    }

    static async Task<Found?> FindAsync(NpgsqlConnection connection, BreakResolution resolution, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Find, connection) { Parameters = { Of(resolution.StatementId), Of(resolution.Line) } };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new Found(row.GetBoolean(0), row.GetString(1), Posting(row, 2), row.IsDBNull(4) ? null : row.GetString(4), Posting(row, 5))
            : null;
    }

    static PostingId? Posting(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : new PostingId(row.GetString(column), row.GetInt64(column + 1));

    static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };

    static NpgsqlParameter<string?> Text(string? value) => new() { TypedValue = value };

    // Named: by the line. Decided: by whoever resolved it, with the reason.
    sealed record Found(bool Open, string Status, PostingId? Named, string? Reason, PostingId? Decided);
}
