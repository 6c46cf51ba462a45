using System.Text;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Ledger.Reconciliation;
using Orchestrator.Messaging.Rows;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Ledger.Reconciliation;

/// <summary>A database with settlement postings, and statements brought to it.</summary>
public abstract class ReconciliationDatabase(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    /// <summary>Later with each import, so that their order is known.</summary>
    protected FakeTimeProvider Time { get; } = new(Commands.Noon.AddDays(1));

    private protected StatementImporter Importer(ReconciliationOptions? options = null) => new(Database, options ?? new ReconciliationOptions(), Time);

    protected ReconciliationReader Reader => new(Database);

    protected BreakResolutions Resolutions => new(Database, Time);

    protected Task<StatementImported> ImportAsync(string text, StatementFormat format = StatementFormat.Csv, int? days = null, ReconciliationOptions? options = null) =>
        ImportAsync(Encoding.UTF8.GetBytes(text), format, days, options);

    protected async Task<StatementImported> ImportAsync(byte[] bytes, StatementFormat format = StatementFormat.Csv, int? days = null, ReconciliationOptions? options = null)
    {
        Time.Advance(TimeSpan.FromSeconds(1));
        return await Importer(options).ImportAsync(new StatementFile("statement", format, days, "tests", new MemoryStream(bytes)), default);
    }

    /// <summary>All breaks of a statement, as number and status.</summary>
    protected async Task<IReadOnlyList<(int Line, string Status)>> BreaksAsync(Guid statement) =>
        [.. (await Reader.BreaksAsync(statement, 0, ReconciliationReader.MaxPage, default)).Select(b => (b.Line, b.Status))];

    /// <summary>Puts postings into the ledger as they are, on the days and in the versions that the model says.</summary>
    private protected async Task PostAsync(IReadOnlyList<ModelPosting> postings)
    {
        await using var accounts = Database.CreateCommand("""
            insert into ledger.account (account_id, kind, customer_id, currency, overdraft_minor, opened_at, version,
                debits_pending_minor, debits_posted_minor, credits_pending_minor, credits_posted_minor)
            select distinct on (id) id, 0, 'c', currency, 0, now(), 0, 0, 0, 0, 0 from unnest($1, $2) as p (id, currency) on conflict do nothing
            """);
        accounts.Parameters.Add(PgArray.Column(postings, NpgsqlDbType.Text, p => p.AccountId));
        accounts.Parameters.Add(PgArray.Column(postings, NpgsqlDbType.Text, p => p.Currency));
        await accounts.ExecuteNonQueryAsync();
        await using var events = Database.CreateCommand("""
            insert into ledger.event (account_id, version, type, amount_minor, command_id, transaction_id, contra_account_id, contra_version, effective_at, recorded_at)
            select id, version, case when amount > 0 then 5 else 6 end, abs(amount), command, transaction, 'settlement:' || currency || ':0',
                (select count(*) from ledger.event) + row_number() over (), day, day
            from unnest($1, $2, $3, $4, $5, $6, $7) as p (id, version, amount, command, transaction, currency, day)
            """);
        events.Parameters.Add(PgArray.Column(postings, NpgsqlDbType.Text, p => p.AccountId));
        events.Parameters.Add(PgArray.Column(postings, NpgsqlDbType.Bigint, p => p.Version));
        events.Parameters.Add(PgArray.Column(postings, NpgsqlDbType.Bigint, p => p.AmountMinor));
        events.Parameters.Add(PgArray.Column(postings, NpgsqlDbType.Uuid, p => p.CommandId));
        events.Parameters.Add(PgArray.Column(postings, NpgsqlDbType.Uuid, p => p.TransactionId));
        events.Parameters.Add(PgArray.Column(postings, NpgsqlDbType.Text, p => p.Currency));
        events.Parameters.Add(PgArray.Column(postings, NpgsqlDbType.TimestampTz, p => p.Day.ToDateTime(new TimeOnly(23, 59), DateTimeKind.Utc)));
        await events.ExecuteNonQueryAsync();
    }

    /// <summary>Lets <see cref="ClearAsync"/> delete what is never deleted.</summary>
    private protected Task AllowClearingAsync() => ExecuteAsync("""
        alter table ledger.event disable trigger user; alter table ledger.account disable trigger user; alter table ledger.external_statement disable trigger user;
        alter table ledger.external_line disable trigger user; alter table ledger.external_match disable trigger user
        """);

    /// <summary>Begins anew, as if nothing had been posted or imported.</summary>
    private protected Task ClearAsync() => ExecuteAsync("""
        delete from ledger.event; delete from ledger.account; delete from ledger.external_statement; delete from ledger.external_line;
        delete from ledger.external_match
        """);
}
