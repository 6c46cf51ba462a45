using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Decisioning.Records;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;
using static Orchestrator.Tests.Decisioning.Transactions;

namespace Orchestrator.Tests.Decisioning.Records;

/// <summary>Runs units of work of lanes of decision-records against a database, without Kafka.</summary>
sealed class RecordsLane(NpgsqlDataSource database)
{
    DecisionRecordsProcessor _processor = Owner();

    /// <summary>One unit of work, committed.</summary>
    public Task RunAsync(params IReadOnlyList<IContract> messages) => RunAsync(messages, commit: true, noticed: true);

    /// <summary>One unit of work that is written and then lost: the process was killed in the middle, and another one goes on.</summary>
    public async Task LoseAsync(params IReadOnlyList<IContract> messages)
    {
        await RunAsync(messages, commit: false, noticed: false);
        _processor = Owner();
    }

    /// <summary>One unit of work that is committed although the lane is told that it failed.</summary>
    public Task CommitUnnoticedAsync(params IReadOnlyList<IContract> messages) => RunAsync(messages, commit: true, noticed: false);

    /// <summary>Units of several lanes in one transaction, as they are committed together.</summary>
    public async Task TogetherAsync(params IReadOnlyList<IContract>[] units) =>
        await CommitAsync([.. await Task.WhenAll(units.Select(unit => DecideAsync(new DecisionRecordsProcessor(), unit)))], commit: true);

    static DecisionRecordsProcessor Owner() => new();

    async Task RunAsync(IReadOnlyList<IContract> messages, bool commit, bool noticed)
    {
        await CommitAsync([await DecideAsync(_processor, messages)], commit);
        if (noticed)
            _processor.Committed();
        else
            _processor.RolledBack();
    }

    static async Task<UnitOfWork> DecideAsync(DecisionRecordsProcessor processor, IReadOnlyList<IContract> messages)
    {
        var work = new UnitOfWork(new LaneId(DecisionRecordsModule.GroupName, 0), Noon, MessageCatalog.Contracts);
        var taken = messages.Select(Message).ToList();
        await processor.PrepareAsync(taken, CancellationToken.None);
        foreach (var message in taken)
            await processor.HandleAsync(message, work, CancellationToken.None);
        processor.Complete(work);
        return work;
    }

    async Task CommitAsync(IReadOnlyList<UnitOfWork> units, bool commit)
    {
        var steps = UnitWrite.Merged(units.Select(u => u.Writes)).Select(CommitBatch.Step.Of).ToList();
        if (!commit)
            steps.Add(new(new NpgsqlBatchCommand("select 1"), 0, _ => new TakenBackException()));
        try
        {
            if (steps.Count > 0)
                await CommitBatch.ExecuteAsync(database, steps, CancellationToken.None);
        }
        catch (TakenBackException)
        {
            // As it should be.
        }
    }

    static LaneMessage Message(IContract body) => new()
    {
        Origin = new MessageOrigin("decisions", 0),
        Key = "",
        Id = Guid.Empty,
        Contract = MessageCatalog.Contracts.Of(body.GetType()),
        Body = body,
        Time = Noon,
        Raw = new RawMessage(null, [], []),
    };

    sealed class TakenBackException : Exception;
}
