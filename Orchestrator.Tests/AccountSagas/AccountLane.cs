using Npgsql;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Sagas.AccountSagas;
using Orchestrator.Tests.Sagas;

namespace Orchestrator.Tests.AccountSagas;

/// <summary>A lane of accounts' sagas. A unit of work that rested on a wrong guess is tried a second time.</summary>
sealed class AccountLane(LaneId id, LaneProcessor processor, NpgsqlDataSource? database)
    : SagaLane(id, processor, AccountPipeline.Catalog, AccountMessages.Noon, database)
{
    public AccountSaga? Find(string account = AccountMessages.Account) => Peek<AccountSaga>(AccountIds.SagaOf(account));

    public string State => Find()?.CurrentState ?? "Initial";

    /// <summary>The unit of work as it is decided, before it is committed.</summary>
    public async Task<UnitOfWork> DecideAsync(params IEnumerable<object> bodies) => await DecidedAsync(Messages(bodies));

    /// <summary>Commits what was decided.</summary>
    public async Task CommitAsync(UnitOfWork work)
    {
        try
        {
            await WriteAsync(work);
        }
        catch
        {
            Processor.RolledBack();
            throw;
        }
        Processor.Committed();
    }

    public static List<object> Bodies(UnitOfWork work) => [.. work.Outgoing.Select(message => Body(AccountPipeline.Catalog, message))];

    protected override async Task<UnitOfWork> WrittenAsync(IReadOnlyList<LaneMessage> messages)
    {
        for (var again = false; ; again = true)
        {
            var guessed = false;
            try
            {
                var work = await DecidedAsync(messages);
                guessed = Processor.Guessed;
                await WriteAsync(work);
                return work;
            }
            catch (Exception) when (guessed && !again)
            {
                Processor.RolledBack();
            }
            catch
            {
                Processor.RolledBack();
                throw;
            }
        }
    }
}
