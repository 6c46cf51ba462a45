using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Statements;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Ledger;

namespace Orchestrator.Tests.Statements;

/// <summary>A test class that reads statements from a database of its own.</summary>
public abstract class StatementDatabase(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    private protected static readonly StatementsProjection Projection = new();

    private protected GivenSchemas Schemas { get; } = new();

    private protected StatementReader Reader => new(Database, Schemas);

    private protected async Task BuildAsync(string schema, IReadOnlyList<LedgerEventRecorded> events, params int[] batches)
    {
        await ProjectionRun.BuildAsync(Database, Projection, schema, events, batches);
        Schemas.Active[Projection.Name] = schema;
    }

    private protected MonthCloser Closer(DateTimeOffset now) =>
        new(Database, new FakeTimeProvider(now), Options.Create(new StatementOptions()));

    private protected async Task<AccountBooks> BooksAsync(string account) =>
        await Reader.BooksAsync(account, default) ?? throw new InvalidOperationException($"no books of {account}");

    /// <summary>The account as the ledger keeps it, alone in its lane, at a version.</summary>
    private protected Task StoreAccountAsync(string account, long version, string customer) => ProjectionRun.ExecuteAsync(Database, $"""
        insert into ledger.account (account_id, kind, customer_id, currency, overdraft_minor, opened_at, version,
            debits_pending_minor, debits_posted_minor, credits_pending_minor, credits_posted_minor)
        values ('{account}', 0, '{customer.Replace("'", "''", StringComparison.Ordinal)}', 'EUR', 0, now(), {version}, 0, 0, 0, 0)
        on conflict (account_id) do update set version = excluded.version, customer_id = excluded.customer_id;
        insert into ledger.chain (lane, sequence, hash) values ({ProjectionRun.Lane(account)}, {version}, sha256('{account}'))
        on conflict (lane) do update set sequence = excluded.sequence
        """);

    /// <summary>A statement's file.</summary>
    private protected static async Task<string> TextAsync(IAsyncEnumerable<string> pieces)
    {
        var text = new System.Text.StringBuilder();
        await foreach (var piece in pieces)
            text.Append(piece);
        return text.ToString();
    }
}
