using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts.Activity;
using Orchestrator.Messaging.Outbox;
using Orchestrator.Messaging.Rows;
using Orchestrator.Messaging.Wire;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Activity.Store;

/// <summary>What was erased.</summary>
/// <param name="ErasureId">Identifies the request for ever.</param>
/// <param name="At">When, UTC.</param>
/// <param name="Visitors">How many visitors lanes were asked to forget.</param>
/// <param name="Sessions">How many sessions were deleted.</param>
public sealed record Erased(Guid ErasureId, DateTimeOffset At, int Visitors, long Sessions);

/// <summary>
/// Erases visitors and customers: their sessions go, lanes are asked to forget the visitors, and it stays who asked for it. Doing it again comes to the same. What counts and names nobody
/// stays as it is.
/// </summary>
public sealed partial class ErasureStore(
    NpgsqlDataSource database, IEdgeOutbox outbox, MessageCatalog catalog, IEnumerable<ICustomerRecords> records, TimeProvider time, ILogger<ErasureStore> logger)
{
    /// <summary>ce_source of what erasures publish.</summary>
    public const string Source = "/orchestrator/activity";

    // So many visitors of a customer are erased in one transaction.
    const int VisitorsAtOnce = 500;
    const int MaxTransactions = 200;

    /// <summary>Erases a visitor. Lanes are asked to forget it though nothing may be stored yet.</summary>
    /// <param name="visitorId">Who.</param>
    /// <param name="actor">Who asks for it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Erased> VisitorAsync(string visitorId, string actor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockAsync(connection, cancellationToken);
        var (id, sessions, receipt) = await EraseAsync(connection, transaction, [visitorId], customerId: null, actor, now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await outbox.PublishAsync(receipt!, cancellationToken);
        ErasedVisitor(logger, HashedId.Of(visitorId), actor, sessions);
        return new Erased(id, now, 1, sessions);
    }

    /// <summary>Erases a customer: all visitors of whom a session is stored as the customer's, and what else is kept about the customer.</summary>
    /// <param name="customerId">Who.</param>
    /// <param name="actor">Who asks for it.</param>
    /// <param name="cancellationToken">Gives up. What was erased by then stays so; asked again, it goes on.</param>
    public async Task<Erased> CustomerAsync(string customerId, string actor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (id, visitors, sessions, full) = (Guid.Empty, 0, 0L, true);
        for (var i = 0; i < MaxTransactions && full; i++)
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await LockAsync(connection, cancellationToken);
            var found = await VisitorsAsync(connection, customerId, cancellationToken);
            if (i == 0)
            {
                foreach (var kept in records)
                    await kept.EraseAsync(connection, customerId, cancellationToken);
            }
            var (erasureId, gone, receipt) = await EraseAsync(connection, transaction, found, customerId, actor, now, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            if (receipt is not null)
                await outbox.PublishAsync(receipt, cancellationToken);
            (id, visitors, sessions, full) = (i == 0 ? erasureId : id, visitors + found.Count, sessions + gone, found.Count == VisitorsAtOnce);
        }
        ErasedCustomer(logger, HashedId.Of(customerId), actor, visitors, sessions);
        return new Erased(id, now, visitors, sessions);
    }

    // What lanes have under way is stored before, and deleted here; or after, and then it is seen that its visitor was erased.
    static Task<int> LockAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        ExecuteAsync(connection, $"select pg_advisory_xact_lock({FigureStatements.ErasureLock})", cancellationToken);

    static async Task<IReadOnlyList<string>> VisitorsAsync(NpgsqlConnection connection, string customerId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select distinct visitor_id from activity.session where customer_id = $1 limit $2", connection)
        {
            Parameters = { Of(customerId), Of(VisitorsAtOnce) },
        };
        var visitors = new List<string>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            visitors.Add(rows.GetString(0));
        return visitors;
    }

    async Task<(Guid Id, long Sessions, EdgeReceipt? Receipt)> EraseAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<string> visitors, string? customerId, string actor, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        long sessions = await ExecuteAsync(
            connection, "delete from activity.session where visitor_id = any($1)", cancellationToken, PgArray.Of(NpgsqlDbType.Text, visitors.ToArray()));
        // The first row is the request's own; each further visitor has one beside it.
        IReadOnlyList<byte[]?> hashes = visitors.Count == 0 ? [null] : [.. visitors.Select(Hash)];
        Guid[] ids = [.. hashes.Select(_ => Guid.CreateVersion7(now))];
        await ExecuteAsync(
            connection,
            """
            insert into activity.erasure (erasure_id, at, actor, visitor_hash, customer_hash, sessions)
            select erasure_id, $3, $4, visitor_hash, $5, case ordinality when 1 then $6 else 0 end from unnest($1, $2) with ordinality u(erasure_id, visitor_hash)
            """,
            cancellationToken, PgArray.Of(NpgsqlDbType.Uuid, ids), PgArray.Column(hashes, NpgsqlDbType.Bytea, h => h), Of(now), Of(actor),
            new NpgsqlParameter { Value = customerId is null ? DBNull.Value : Hash(customerId), NpgsqlDbType = NpgsqlDbType.Bytea }, Of(sessions));
        if (visitors.Count == 0)
            return (ids[0], sessions, null);
        var contract = catalog.Of(typeof(ActivityErased));
        List<OutgoingMessage> messages = [.. visitors.Select((v, i) => OutgoingMessage.Of(contract, new ActivityErased(ids[i], v, now), ids[i], Source, now))];
        return (ids[0], sessions, await outbox.AddAsync(connection, transaction, messages, cancellationToken));
    }

    /// <summary>By what somebody is known in <c>activity.erasure</c>.</summary>
    internal static byte[] Hash(string id) => SHA256.HashData(Encoding.UTF8.GetBytes(id));

    [LoggerMessage(LogLevel.Information, "Visitor {VisitorHash} was erased for {Actor}: {Sessions} sessions")]
    static partial void ErasedVisitor(ILogger logger, Guid visitorHash, string actor, long sessions);

    [LoggerMessage(LogLevel.Information, "Customer {CustomerHash} was erased for {Actor}: {Visitors} visitors, {Sessions} sessions")]
    static partial void ErasedCustomer(ILogger logger, Guid customerHash, string actor, int visitors, long sessions);
}
