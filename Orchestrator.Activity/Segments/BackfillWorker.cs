using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Activity.Customers;
using Orchestrator.Contracts.Customers;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Outbox;
using Orchestrator.Messaging.Wire;
using Orchestrator.Messaging.Workers;

namespace Orchestrator.Activity.Segments;

/// <summary>
/// Tells customers to look at their segments again after a definition has changed, so many a second. Those who were told and how far it is are stored in one transaction: a process
/// that dies leaves neither a gap nor a repetition, and another goes on behind it. Whoever was looked at by an older definition meanwhile is found by a second pass.
/// </summary>
public sealed partial class BackfillWorker(
    SegmentBackfills backfills, IEdgeOutbox outbox, MessageCatalog catalog, NpgsqlDataSource database, IOptions<SegmentsOptions> options, TimeProvider time, ILogger<BackfillWorker> logger)
    : BackgroundService
{
    const int Passes = 2;
    const int MaxPage = 500;
    const string Source = "/orchestrator/segments/backfill";

    static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    readonly Guid _owner = Guid.CreateVersion7(time.GetUtcNow());

    /// <summary>Works on what waits, to its end. False when nothing waits.</summary>
    public async Task<bool> RunNextAsync(CancellationToken cancellationToken)
    {
        if (await backfills.ClaimAsync(_owner, Lease, cancellationToken) is not { } claim)
            return false;
        Began(logger, claim.Number, claim.Clock, claim.Pass);
        try
        {
            while (await StepAsync(claim, cancellationToken) is { } next)
                claim = next;
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            using var goodbye = HeldLease.Goodbye(time);
            await backfills.GiveBackAsync(claim, goodbye.Token);
            throw;
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await RunNextAsync(stoppingToken))
                {
                    // There may be another.
                }
            }
            catch (Exception e) when (Failures.IsTransient(e) && !stoppingToken.IsCancellationRequested)
            {
                NotDone(logger, e);
            }
        }
    }

    // Null when it has ended, or is somebody else's.
    async Task<BackfillClaim?> StepAsync(BackfillClaim claim, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var (next, published) = await TellAsync(claim, cancellationToken);
        if (next is null)
            return null;
        if (next.Pass == claim.Pass)
        {
            var share = TimeSpan.FromSeconds((double)published / options.Value.BackfillPerSecond) - time.GetElapsedTime(began);
            if (share > TimeSpan.Zero)
                await Task.Delay(share, time, cancellationToken);
            return next;
        }
        if (next.Pass <= Passes)
        {
            // By then every process knows the definition, and what was told is taken.
            await Task.Delay(TimeSpan.FromMilliseconds(options.Value.BackfillSettleMs), time, cancellationToken);
            return next;
        }
        await backfills.DoneAsync(claim, cancellationToken);
        Done(logger, claim.Number);
        return null;
    }

    async Task<(BackfillClaim? Next, int Published)> TellAsync(BackfillClaim claim, CancellationToken cancellationToken)
    {
        // A second's share at most, so that few a second are few at once.
        var limit = Math.Min(MaxPage, options.Value.BackfillPerSecond);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var customers = await SegmentBackfills.NextAsync(connection, claim, limit, cancellationToken);
        var next = customers.Count == limit ? claim with { After = customers[^1] } : claim with { After = "", Pass = claim.Pass + 1 };
        if (!await SegmentBackfills.MoveAsync(connection, next, customers.Count, Lease, cancellationToken))
        {
            NotOurs(logger, claim.Number);
            return (null, 0);
        }
        if (customers.Count == 0)
        {
            await transaction.CommitAsync(cancellationToken);
            return (next, 0);
        }
        var now = time.GetUtcNow();
        var contract = catalog.Of(typeof(CustomerFact));
        var facts = customers.ConvertAll(c => CustomerFacts.Reconsider(claim.Number, claim.Pass, c, now));
        var receipt = await outbox.AddAsync(
            connection, transaction, facts.ConvertAll(f => OutgoingMessage.Of(contract, f, f.FactId, Source, now)), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await outbox.PublishAsync(receipt, cancellationToken);
        return (next, customers.Count);
    }

    [LoggerMessage(LogLevel.Information, "Backfill {Number}: telling customers of clock {Clock}, pass {Pass}")]
    static partial void Began(ILogger logger, long number, long clock, int pass);

    [LoggerMessage(LogLevel.Information, "Backfill {Number} is done")]
    static partial void Done(ILogger logger, long number);

    [LoggerMessage(LogLevel.Information, "Backfill {Number} was superseded, or is another process's")]
    static partial void NotOurs(ILogger logger, long number);

    [LoggerMessage(LogLevel.Warning, "The backfill of segments waits")]
    static partial void NotDone(ILogger logger, Exception exception);
}
