using System.Diagnostics.Metrics;
using Npgsql;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning.Deciding;
using Orchestrator.Decisioning.History;
using Orchestrator.Decisioning.RuleSets;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Decisioning;

/// <summary>
/// Decides about every submitted transaction by the rules in force and its account's history, and publishes the decision. One lane; the histories that a
/// unit of work touches are taken out of the cache and put back after the commit, so a unit that fails leaves nothing behind.
/// </summary>
public sealed class DecisioningProcessor(NpgsqlDataSource dataSource, IRulesInForce rules, RuleDecider decider, DecisioningOptions options) : LaneProcessor
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Orchestrator.Decisioning";

    static readonly Meter Meter = new(MeterName);
    static readonly Counter<long> Assessed =
        Meter.CreateCounter<long>("orchestrator.decisioning.assessed", "{transaction}", "Transactions assessed, by outcome.");

    readonly HistoryCache _cache = new(options.HistoriesPerLane);
    readonly Dictionary<string, AccountHistory> _unit = new(StringComparer.Ordinal);
    readonly long[] _outcomes = new long[Enum.GetValues<FraudOutcome>().Length];

    /// <summary>Nobody is decided about by other rules than those in force only because a process has just started.</summary>
    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        await rules.Loaded.WaitAsync(cancellationToken);
        await base.OpenAsync(cancellationToken);
    }

    /// <inheritdoc />
    public override async ValueTask PrepareAsync(IReadOnlyList<LaneMessage> messages, CancellationToken cancellationToken)
    {
        var unknown = new HashSet<string>(StringComparer.Ordinal);
        foreach (var message in messages)
        {
            if (message.Body is not TransactionSubmitted { SourceAccountId: var account } || _unit.ContainsKey(account))
                continue;
            if (_cache.TryTake(account, out var history))
                _unit.Add(account, history);
            else
                unknown.Add(account);
        }
        if (unknown.Count == 0)
            return;
        var stored = await HistoryStore.ReadAsync(dataSource, unknown, cancellationToken);
        foreach (var account in unknown)
            _unit.Add(account, stored.GetValueOrDefault(account) ?? new AccountHistory());
    }

    /// <inheritdoc />
    public override ValueTask HandleAsync(LaneMessage message, UnitOfWork work, CancellationToken cancellationToken)
    {
        // A cancellation concerns the saga alone: what was assessed stays part of the history.
        if (message.Body is TransactionSubmitted transaction)
        {
            var history = _unit[transaction.SourceAccountId];
            var assessed = decider.Decide(transaction, HistoryFeatures.Of(history, transaction, work.Now, decider.Currencies), rules.Current, work.Now);
            history.Add(transaction, learnAmount: assessed.Outcome != FraudOutcome.Decline, work.Now);
            work.Publish(assessed);
            _outcomes[(int)assessed.Outcome]++;
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public override void Complete(UnitOfWork work)
    {
        if (_unit.Count > 0)
            work.WriteRows(HistoryStore.WriteCommand(_unit, work.Now), expectedRows: _unit.Count);
    }

    /// <inheritdoc />
    public override void Committed()
    {
        foreach (var (account, history) in _unit)
            _cache.Put(account, history);
        _unit.Clear();
        for (var outcome = 0; outcome < _outcomes.Length; outcome++)
        {
            if (_outcomes[outcome] > 0)
                Assessed.Add(_outcomes[outcome], new KeyValuePair<string, object?>("outcome", Names[outcome]));
            _outcomes[outcome] = 0;
        }
    }

    /// <inheritdoc />
    public override void RolledBack()
    {
        _unit.Clear();
        Array.Clear(_outcomes);
    }

    static readonly string[] Names = ["approve", "review", "decline"];
}
